#include "prenorm/training/stop_signal.h"

#include <csignal>

namespace prenorm::training {
namespace {

volatile std::sig_atomic_t signal_number = 0;

void handle(int number) {
  signal_number = number;
  std::signal(number, SIG_DFL);
}

}  // namespace

StopSignal::StopSignal() {
  signal_number = 0;
  std::signal(SIGINT, handle);
  std::signal(SIGTERM, handle);
}

StopSignal::~StopSignal() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

int StopSignal::received() { return signal_number; }

}  // namespace prenorm::training
