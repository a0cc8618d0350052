// Signals that ask a program to end: SIGINT (Ctrl-C), SIGTERM, SIGHUP (its terminal was closed) and SIGUSR1 (a batch
// system will take the machine away). Work then stops where nothing is lost, such as after the current update.
#pragma once

#include <array>
#include <csignal>

namespace prenorm {

// While it lives, these signals are noted instead of ending the program. One that was ignored before stays ignored. A
// second one ends the program at once, as it would have without this class, except SIGHUP: a terminal that closes and
// the shell in it each send one. Afterwards every signal has the handler that it had before. One object at a time.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  // The number of the first one since the newest object was made, 0 if none has come.
  static int received();

 private:
  static constexpr std::array<int, 4> kSignals = {SIGINT, SIGTERM, SIGHUP, SIGUSR1};

  std::array<struct sigaction, kSignals.size()> before_{};
};

}  // namespace prenorm
