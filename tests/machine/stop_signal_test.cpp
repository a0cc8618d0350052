#include "prenorm/machine/stop_signal.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <thread>

namespace prenorm {
namespace {

constexpr std::array<int, 4> kAll = {SIGINT, SIGTERM, SIGHUP, SIGUSR1};

auto action_of(int number) {
  struct sigaction now {};
  ::sigaction(number, nullptr, &now);
  return now.sa_handler;
}

// How a fork of this process ends that does `work`: 128 + signal, as a shell reports it.
int end_of(const std::function<void()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    work();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

TEST(StopSignal, NotesTheFirstOfEachKind) {
  for (const int number : kAll) {
    const StopSignal signals;
    EXPECT_EQ(StopSignal::received(), 0);
    std::raise(number);
    EXPECT_EQ(StopSignal::received(), number);
    int seen = 0;
    std::thread([&] { seen = StopSignal::received(); }).join();
    EXPECT_EQ(seen, number) << "in any thread";
  }
}

TEST(StopSignal, PutsBackWhatWasThere) {
  void (*const own)(int) = [](int) {};
  struct sigaction mine {
  }, before{};
  mine.sa_handler = own;
  ::sigaction(SIGINT, &mine, &before);
  {
    const StopSignal signals;
    EXPECT_NE(action_of(SIGINT), own);
    EXPECT_NE(action_of(SIGTERM), SIG_DFL);
  }
  EXPECT_EQ(action_of(SIGINT), own);
  for (const int number : {SIGTERM, SIGHUP, SIGUSR1}) EXPECT_EQ(action_of(number), SIG_DFL) << number;
  ::sigaction(SIGINT, &before, nullptr);
}

// Shells start background jobs so, and nohup.
TEST(StopSignal, WhatWasIgnoredStaysIgnored) {
  for (const int number : kAll) {
    struct sigaction ignore {
    }, before{};
    ignore.sa_handler = SIG_IGN;
    ::sigaction(number, &ignore, &before);
    {
      const StopSignal signals;
      std::raise(number);
      EXPECT_EQ(StopSignal::received(), 0) << number;
    }
    EXPECT_EQ(action_of(number), SIG_IGN);
    ::sigaction(number, &before, nullptr);
  }
}

TEST(StopSignal, ASecondOneEndsTheProgramAtOnce) {
  const auto after = [](int first, int second) {
    return end_of([=] {
      const StopSignal signals;
      std::raise(first);
      std::raise(second);
    });
  };
  EXPECT_EQ(after(SIGINT, SIGINT), 128 + SIGINT);
  EXPECT_EQ(after(SIGUSR1, SIGTERM), 128 + SIGTERM);
  EXPECT_EQ(after(SIGHUP, SIGINT), 128 + SIGINT);
  EXPECT_EQ(after(SIGUSR1, SIGUSR1), 128 + SIGUSR1);
}

// The terminal sends one, its shell another, and some supervisors send one right after SIGTERM.
TEST(StopSignal, ARepeatedHangupDoesNot) {
  EXPECT_EQ(end_of([] {
              const StopSignal signals;
              std::raise(SIGTERM);
              std::raise(SIGHUP);
              std::raise(SIGHUP);
              if (StopSignal::received() != SIGTERM) ::_exit(1);
            }),
            0);
}

}  // namespace
}  // namespace prenorm
