// Signals that ask a program to stop: SIGINT (Ctrl-C), SIGTERM, SIGHUP (its terminal was closed) and SIGUSR1 (a batch
// system will take the machine away). Work stops at the next point where nothing is lost, such as after the current
// update.
#pragma once

#include <array>
#include <csignal>

namespace prenorm {

// During its lifetime these signals are recorded and do not end the program. A signal that was ignored before stays
// ignored. A second one ends the program at once, as without this class, except SIGHUP: a closing terminal and the
// shell in it each send one. Afterwards the previous handlers are restored. Only one object may exist at a time.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  // The first signal received since the newest object was created; 0 if none.
  static int received();

 private:
  static constexpr std::array<int, 4> kSignals = {SIGINT, SIGTERM, SIGHUP, SIGUSR1};

  std::array<struct sigaction, kSignals.size()> before_{};
};

}  // namespace prenorm
