#include "prenorm/machine/stop_signal.h"

#include <atomic>
#include <cerrno>

namespace prenorm {
namespace {

// Written by a signal handler and read by any thread.
std::atomic<int> first_signal = 0;
static_assert(std::atomic<int>::is_always_lock_free);

void handle(int number) {
  int none = 0;
  if (first_signal.compare_exchange_strong(none, number) || number == SIGHUP) return;
  const int error = errno;
  struct sigaction usual {};
  usual.sa_handler = SIG_DFL;
  ::sigaction(number, &usual, nullptr);
  ::raise(number);  // takes effect when this handler returns
  errno = error;
}

}  // namespace

StopSignal::StopSignal() {
  first_signal = 0;
  struct sigaction mine {};
  mine.sa_handler = handle;
  mine.sa_flags = SA_RESTART;
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    ::sigaction(kSignals[i], nullptr, &before_[i]);
    if (before_[i].sa_handler != SIG_IGN) ::sigaction(kSignals[i], &mine, nullptr);
  }
}

StopSignal::~StopSignal() {
  for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &before_[i], nullptr);
}

int StopSignal::received() { return first_signal; }

}  // namespace prenorm
