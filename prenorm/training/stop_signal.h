// SIGINT and SIGTERM end a run after the update at hand, with a checkpoint; a second one ends it at once.
#pragma once

namespace prenorm::training {

class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  // The signal's number, 0 while none has come.
  static int received();
};

}  // namespace prenorm::training
