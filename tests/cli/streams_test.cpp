// Pipes, terminals, full disks and closed streams.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string>

#include "cli/command_line.h"

namespace prenorm::test {
namespace {

const std::vector<std::string> kMuchOutput = {"config", "--reference"};

TEST(Streams, AReaderThatLeavesEndsTheCommandQuietly) {
  const Outcome outcome = shell("{ \"$PRENORM\" config --reference; echo $? >&2; } | true");
  EXPECT_EQ(outcome.err, "141\n") << "128 + SIGPIPE, no message";
}

TEST(Streams, TheSameWhereSigpipeIsIgnored) {
  const auto alter = [] {
    std::signal(SIGPIPE, SIG_IGN);
    int ends[2];
    if (::pipe(ends) != 0) ::_exit(99);
    ::dup2(ends[1], STDOUT_FILENO);
    ::close(ends[0]);
  };
  const Outcome outcome = prenorm(kMuchOutput, {"", false, alter});
  EXPECT_EQ(outcome.code, 141);
  EXPECT_EQ(outcome.err, "");
}

TEST(Streams, AFullDiskIsAnError) {
  const auto alter = [] { ::dup2(::open("/dev/full", O_WRONLY), STDOUT_FILENO); };
  for (const std::vector<std::string>& arguments : {kMuchOutput, {"--version"}, {"--help"}}) {
    const Outcome outcome = prenorm(arguments, {"", false, alter});
    EXPECT_EQ(outcome.code, 1);
    EXPECT_EQ(outcome.err, "error: standard output: cannot be written: No space left on device\n");
  }
}

TEST(Streams, ClosedOutputIsAnErrorAndWritesToNoOtherFile) {
  const Outcome outcome = prenorm(kMuchOutput, {"", false, [] { ::close(STDOUT_FILENO); }});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(outcome.err, "error: standard output: cannot be written: Bad file descriptor\n");
}

TEST(Streams, ClosedInputIsAnError) {
  const Outcome outcome = prenorm({"score", "--reference", "/dev/null"}, {"", false, [] { ::close(STDIN_FILENO); }});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(outcome.err, "error: standard input: cannot be read: Bad file descriptor\n");
}

TEST(Streams, ClosedStderrHurtsNobody) {
  const Outcome outcome = prenorm({"nonsense"}, {"", false, [] { ::close(STDERR_FILENO); }});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(outcome.out, "");
}

TEST(Streams, ColoursAreForTerminals) {
  const auto set = [](const char* no_color, const char* term) {
    return [=] {
      ::unsetenv("NO_COLOR");
      if (no_color != nullptr) ::setenv("NO_COLOR", no_color, 1);
      ::setenv("TERM", term, 1);
    };
  };
  const auto coloured = [](const Outcome& outcome) { return outcome.err.find('\x1b') != std::string::npos; };
  EXPECT_TRUE(coloured(prenorm({"nonsense"}, {"", true, set(nullptr, "xterm")})));
  EXPECT_FALSE(coloured(prenorm({"nonsense"}, {"", true, set("1", "xterm")})));
  EXPECT_FALSE(coloured(prenorm({"nonsense"}, {"", true, set(nullptr, "dumb")})));
  EXPECT_FALSE(coloured(prenorm({"nonsense"}, {"", false, set(nullptr, "xterm")})));
  for (const auto& arguments : {std::vector<std::string>{"--help"}, {"score", "--help"}})
    EXPECT_EQ(prenorm(arguments, {"", true, set(nullptr, "xterm")}).out.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace prenorm::test
