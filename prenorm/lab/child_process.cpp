#include "prenorm/lab/child_process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "prenorm/base/error.h"

namespace prenorm::lab {
namespace {

// Between fork and exec only what is safe in a process whose other threads are gone.
[[noreturn]] void become(char* const* arguments, int log, pid_t parent) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(128 + SIGTERM);  // it ended before it could be watched
  const int empty = ::open("/dev/null", O_RDONLY);
  ::dup2(empty, STDIN_FILENO);
  ::dup2(log, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  ::execv(arguments[0], arguments);
  constexpr char kMessage[] = "error: the program cannot be started\n";
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, kMessage, sizeof kMessage - 1);
  ::_exit(127);
}

int code_of(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& command, const std::filesystem::path& log) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const int output = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (output < 0) throw_error<FileError>("{}: cannot be written: {}", log.string(), std::strerror(errno));
  const pid_t parent = ::getpid();
  id_ = ::fork();
  if (id_ == 0) become(arguments.data(), output, parent);
  const int code = errno;
  ::close(output);
  if (id_ > 0) return;
  id_ = 0;
  throw_error<FileError>("{}: the program cannot be started: {}", command.front(), std::strerror(code));
}

ChildProcess::~ChildProcess() {
  signal(SIGTERM);
  wait();
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept : id_(std::exchange(other.id_, 0)), code_(other.code_) {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  std::swap(id_, other.id_);
  std::swap(code_, other.code_);
  return *this;
}

std::optional<int> ChildProcess::exit_code() {
  int status = 0;
  if (id_ == 0) return code_;
  if (::waitpid(id_, &status, WNOHANG) != id_) return std::nullopt;
  id_ = 0;
  return code_ = code_of(status);
}

int ChildProcess::wait() {
  int status = 0;
  while (id_ != 0) {
    const pid_t ended = ::waitpid(id_, &status, 0);
    if (ended < 0 && errno == EINTR) continue;
    code_ = ended == id_ ? code_of(status) : -1;
    id_ = 0;
  }
  return code_;
}

void ChildProcess::signal(int number) {
  if (id_ != 0) ::kill(id_, number);
}

}  // namespace prenorm::lab
