#include "prenorm/machine/process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <mutex>
#include <utility>

#include "prenorm/base/error.h"

namespace prenorm {
namespace {

class Pipe {
 public:
  Pipe() {
    if (::pipe2(ends_, O_CLOEXEC) != 0) throw_error<FileError>("no pipe can be made: {}", std::strerror(errno));
  }
  ~Pipe() {
    close_writer();
    ::close(ends_[0]);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  int reader() const { return ends_[0]; }
  int writer() const { return ends_[1]; }
  void close_writer() {
    if (ends_[1] >= 0) ::close(std::exchange(ends_[1], -1));
  }
  // The bytes that can be read now; 0 at the end.
  ssize_t read(void* to, std::size_t bytes) const {
    ssize_t count = 0;
    while ((count = ::read(ends_[0], to, bytes)) < 0 && errno == EINTR) {
    }
    return count;
  }

 private:
  int ends_[2];
};

// If SIGCHLD is ignored, which a program may inherit, the system discards the exit status of every child. The handler
// of SIGCHLD belongs to the whole process: the first child changes it, the last one restores it.
class ChildSignal {
 public:
  static void keep_status() {
    const std::lock_guard lock(mutex_);
    if (children_++ > 0) return;
    ::sigaction(SIGCHLD, nullptr, &before_);
    struct sigaction now = before_;
    if (now.sa_handler == SIG_IGN) now.sa_handler = SIG_DFL;
    now.sa_flags &= ~SA_NOCLDWAIT;
    ::sigaction(SIGCHLD, &now, nullptr);
  }
  static void put_back() {
    const std::lock_guard lock(mutex_);
    if (--children_ == 0) ::sigaction(SIGCHLD, &before_, nullptr);
  }

 private:
  static inline std::mutex mutex_;
  static inline int children_ = 0;
  static inline struct sigaction before_ {};
};

// A null-terminated array of C strings, as exec needs it.
class Words {
 public:
  explicit Words(std::vector<std::string> words) : words_(std::move(words)) {
    pointers_.reserve(words_.size() + 1);
    for (std::string& word : words_) pointers_.push_back(word.data());
    pointers_.push_back(nullptr);
  }
  char** data() { return pointers_.data(); }

 private:
  std::vector<std::string> words_;
  std::vector<char*> pointers_;
};

std::vector<std::string> environment_with(const std::vector<std::string>& changes) {
  std::vector<std::string> all = changes;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::string_view name = text.substr(0, text.find('=') + 1);
    if (std::none_of(changes.begin(), changes.end(), [&](const std::string& c) { return c.starts_with(name); }))
      all.emplace_back(text);
  }
  return all;
}

// Everything that the new process needs, prepared before fork(): after it, only functions that are safe without the
// other threads may be called.
struct Start {
  char** arguments;
  char** environment;
  const char* folder;  // null: the current one
  int output, failure;
  bool own_group;
  pid_t parent;
};

void use_default(int signal) {
  struct sigaction usual {};
  usual.sa_handler = SIG_DFL;
  ::sigaction(signal, &usual, nullptr);
}

[[noreturn]] void become(const Start& s) {
  use_default(SIGTERM);
  use_default(SIGCHLD);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  if (s.own_group) ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != s.parent) ::_exit(128 + SIGTERM);  // the parent ended before it could be watched
  if (s.folder == nullptr || ::chdir(s.folder) == 0) {
    const int empty = ::open("/dev/null", O_RDONLY);
    ::dup2(empty, STDIN_FILENO);
    ::dup2(s.output, STDOUT_FILENO);
    ::dup2(s.output, STDERR_FILENO);
    if (empty > STDERR_FILENO) ::close(empty);
    ::execvpe(s.arguments[0], s.arguments, s.environment);
  }
  const int code = errno;
  [[maybe_unused]] const ssize_t written = ::write(s.failure, &code, sizeof code);
  ::_exit(127);
}

}  // namespace

std::string ProcessEnd::text() const {
  return signal != 0 ? fmt::format("was ended by signal {}", signal)
                     : fmt::format("ended with exit code {}", exit_code);
}

ChildProcess::ChildProcess(const ProcessOptions& options, int output) : name_(options.command.front()) {
  Words arguments(options.command), environment(environment_with(options.environment));
  Pipe failure;
  ChildSignal::keep_status();
  const Start start{arguments.data(), environment.data(), options.folder.empty() ? nullptr : options.folder.c_str(),
                    output,           failure.writer(),   options.own_group,
                    ::getpid()};
  id_ = ::fork();
  if (id_ == 0) become(start);
  int code = id_ < 0 ? errno : 0;
  failure.close_writer();
  if (id_ > 0 && failure.read(&code, sizeof code) <= 0) return;
  if (id_ > 0)
    while (::waitpid(id_, nullptr, 0) < 0 && errno == EINTR) {
    }
  forget();
  throw_error<FileError>("{}: the program cannot be started: {}", name_, std::strerror(code));
}

ChildProcess::~ChildProcess() {
  if (id_ == 0) return;
  signal(SIGTERM);
  while (::waitpid(id_, nullptr, 0) < 0 && errno == EINTR) {
  }
  forget();
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : name_(std::move(other.name_)), id_(std::exchange(other.id_, 0)), end_(other.end_) {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  std::swap(name_, other.name_);
  std::swap(id_, other.id_);
  std::swap(end_, other.end_);
  return *this;
}

std::optional<ProcessEnd> ChildProcess::poll() { return wait_once(WNOHANG); }

ProcessEnd ChildProcess::wait() { return *wait_once(0); }

std::optional<ProcessEnd> ChildProcess::wait_once(int options) {
  if (id_ == 0) return end_;
  int status = 0;
  pid_t ended = 0;
  while ((ended = ::waitpid(id_, &status, options)) < 0 && errno == EINTR) {
  }
  if (ended == 0) return std::nullopt;
  forget();
  if (ended < 0)
    throw_error<Error>("{}: the exit status of the program is unknown: another part of this process has waited for it",
                       name_);
  end_ = WIFEXITED(status) ? ProcessEnd{WEXITSTATUS(status), 0} : ProcessEnd{0, WTERMSIG(status)};
  return end_;
}

void ChildProcess::forget() noexcept {
  id_ = 0;
  ChildSignal::put_back();
}

void ChildProcess::signal(int number) {
  if (id_ != 0) ::kill(id_, number);
}

ProcessResult run_process(const std::vector<std::string>& command, const std::filesystem::path& folder,
                          const std::function<void(std::string_view line)>& on_line) {
  Pipe pipe;
  ChildProcess child({.command = command, .folder = folder, .environment = {"LC_ALL=C", "LANGUAGE=C"}}, pipe.writer());
  pipe.close_writer();
  ProcessResult result;
  std::size_t reported = 0;
  char block[1 << 14];
  for (ssize_t count; (count = pipe.read(block, sizeof block)) > 0;) {
    result.output.append(block, static_cast<std::size_t>(count));
    for (std::size_t end; on_line && (end = result.output.find('\n', reported)) != std::string::npos;
         reported = end + 1)
      on_line(std::string_view(result.output).substr(reported, end - reported));
  }
  result.end = child.wait();
  return result;
}

}  // namespace prenorm
