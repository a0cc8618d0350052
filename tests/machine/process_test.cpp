#include "prenorm/machine/process.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "files/temporary_folder.h"
#include "prenorm/base/error.h"
#include "prenorm/files/file.h"

namespace prenorm {
namespace {

using ::testing::HasSubstr;

// A reaction to a signal while it lives.
class Reaction {
 public:
  Reaction(int number, void (*handler)(int)) : number_(number) {
    struct sigaction now {};
    now.sa_handler = handler;
    ::sigaction(number, &now, &before_);
  }
  ~Reaction() { ::sigaction(number_, &before_, nullptr); }
  Reaction(const Reaction&) = delete;
  Reaction& operator=(const Reaction&) = delete;

 private:
  int number_;
  struct sigaction before_ {};
};

auto handler_of(int number) {
  struct sigaction now {};
  ::sigaction(number, nullptr, &now);
  return now.sa_handler;
}

ProcessResult sh(const std::string& script) { return run_process({"sh", "-c", script}, "/"); }

std::string error_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Process, GivesOutputAndHowItEnded) {
  const ProcessResult result = sh("pwd; echo two >&2; exit 3");
  EXPECT_EQ(result.end.exit_code, 3);
  EXPECT_EQ(result.end.signal, 0);
  EXPECT_EQ(result.end.text(), "ended with exit code 3");
  EXPECT_EQ(result.output, "/\ntwo\n");
  EXPECT_EQ(sh("kill -9 $$").end.signal, 9);
  EXPECT_EQ(sh("kill -9 $$").end.text(), "was ended by signal 9");
  EXPECT_EQ(sh("exit 137").end.signal, 0) << "which a shell reports for signal 9";
  EXPECT_EQ(sh("exit 137").end.exit_code, 137);
}

TEST(Process, SpeaksEnglish) {
  ::setenv("LANGUAGE", "de", 1);
  EXPECT_EQ(sh("echo $LC_ALL $LANGUAGE").output, "C C\n");
  ::unsetenv("LANGUAGE");
}

TEST(Process, SaysWhatCannotBeStarted) {
  EXPECT_THAT(error_of([] { run_process({"prenorm-no-such-program"}, "/"); }),
              HasSubstr("prenorm-no-such-program: the program cannot be started: No such file or directory"));
  EXPECT_THROW(run_process({"sh", "-c", "true"}, "/no/such/folder"), FileError);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "no child is left";
}

TEST(Process, EndsTheProgramWhenACallbackThrows) {
  const auto stop = [](std::string_view) { throw DataError("stop"); };
  EXPECT_THROW(run_process({"sh", "-c", "echo x; exec sleep 100"}, "/", stop), DataError);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "no child is left";
}

// As inherited from a supervisor: the system then forgets how children ended.
TEST(Process, KnowsHowItEndedWhereSigchldIsIgnored) {
  const Reaction ignored(SIGCHLD, SIG_IGN);
  EXPECT_EQ(sh("exit 3").end.exit_code, 3);
  EXPECT_EQ(sh("kill -9 $$").end.signal, 9);
  EXPECT_EQ(handler_of(SIGCHLD), SIG_IGN) << "put back";
  EXPECT_EQ(sh("sh -c 'exit 5'; echo $?").output, "5\n") << "the program itself does not inherit it";
}

TEST(Process, KnowsHowItEndedWhereStatusesAreNotKept) {
  struct sigaction careless {
  }, before{};
  careless.sa_handler = SIG_DFL;
  careless.sa_flags = SA_NOCLDWAIT;
  ::sigaction(SIGCHLD, &careless, &before);
  EXPECT_EQ(sh("exit 3").end.exit_code, 3);
  struct sigaction now {};
  ::sigaction(SIGCHLD, &before, &now);
  EXPECT_NE(now.sa_flags & SA_NOCLDWAIT, 0) << "put back";
}

TEST(Process, AnEndThatSomebodyElseWaitedForIsAnErrorAndNoSuccess) {
  const int output = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  ChildProcess child({.command = {"sh", "-c", "exit 3"}}, output);
  ::close(output);
  ASSERT_GT(::waitpid(-1, nullptr, 0), 0);
  EXPECT_THAT(error_of([&] { child.wait(); }), HasSubstr("sh: the exit status of the program is unknown"));
}

TEST(Process, InTheBackgroundItIsEndedWithItsObject) {
  const test::TemporaryFolder folder;
  const Reaction ignored(SIGTERM, SIG_IGN);  // which the program would inherit
  const int output = ::open((folder / "log").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  {
    ChildProcess child({.command = {"sh", "-c", "echo $$; exec sleep 100"}, .own_group = true}, output);
    while (read_file(folder / "log").empty()) std::this_thread::yield();
    EXPECT_FALSE(child.poll());
    EXPECT_EQ(::getpgid(std::stoi(read_file(folder / "log"))), std::stoi(read_file(folder / "log")));
  }
  ::close(output);
  EXPECT_EQ(::kill(std::stoi(read_file(folder / "log")), 0), -1) << "it is gone";
}

TEST(Process, OneThatEndedIsReportedAgainAndAgain) {
  const int output = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  ChildProcess first({.command = {"sh", "-c", "exit 4"}}, output);
  ::close(output);
  ChildProcess child = std::move(first);
  EXPECT_EQ(child.wait().exit_code, 4);
  EXPECT_EQ(child.wait().exit_code, 4);
  EXPECT_EQ(child.poll()->exit_code, 4);
  child.signal(SIGTERM);  // to nobody
}

}  // namespace
}  // namespace prenorm
