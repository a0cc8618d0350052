#include "prenorm/corpora/process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "prenorm/base/error.h"

namespace prenorm::corpora {
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

 private:
  int ends_[2];
};

struct FileActions {
  FileActions() { ::posix_spawn_file_actions_init(&value); }
  ~FileActions() { ::posix_spawn_file_actions_destroy(&value); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  posix_spawn_file_actions_t value;
};

// The environment with LC_ALL=C, so that messages can be read by programs.
class Environment {
 public:
  Environment() {
    for (char** entry = environ; *entry != nullptr; ++entry)
      if (const std::string_view text = *entry; !text.starts_with("LC_ALL=") && !text.starts_with("LANGUAGE="))
        entries_.emplace_back(text);
    entries_.emplace_back("LC_ALL=C");
    for (std::string& entry : entries_) pointers_.push_back(entry.data());
    pointers_.push_back(nullptr);
  }
  char** data() { return pointers_.data(); }

 private:
  std::vector<std::string> entries_;
  std::vector<char*> pointers_;
};

// A started program; ended and waited for on every way out.
class Child {
 public:
  Child(const std::vector<std::string>& command, const std::filesystem::path& folder, int output) {
    FileActions actions;
    ::posix_spawn_file_actions_addopen(&actions.value, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions.value, output, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions.value, output, STDERR_FILENO);
    ::posix_spawn_file_actions_addchdir_np(&actions.value, folder.c_str());
    std::vector<char*> arguments;
    for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    Environment environment;
    const int code =
        ::posix_spawnp(&id_, arguments.front(), &actions.value, nullptr, arguments.data(), environment.data());
    if (code != 0)
      throw_error<FileError>("{}: the program cannot be started: {}", command.front(), std::strerror(code));
  }
  ~Child() {
    if (id_ <= 0) return;
    ::kill(id_, SIGTERM);
    wait();
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  int wait() {
    int status = 0;
    while (::waitpid(id_, &status, 0) < 0 && errno == EINTR) {
    }
    id_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  pid_t id_ = 0;
};

}  // namespace

ProcessResult run_process(const std::vector<std::string>& command, const std::filesystem::path& folder,
                          const std::function<void(std::string_view line)>& on_line) {
  Pipe pipe;
  Child child(command, folder, pipe.writer());
  pipe.close_writer();
  ProcessResult result;
  std::size_t told = 0;
  char block[1 << 14];
  for (;;) {
    const ssize_t count = ::read(pipe.reader(), block, sizeof block);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    result.output.append(block, static_cast<std::size_t>(count));
    for (std::size_t end; on_line && (end = result.output.find('\n', told)) != std::string::npos; told = end + 1)
      on_line(std::string_view(result.output).substr(told, end - told));
  }
  result.exit_code = child.wait();
  return result;
}

}  // namespace prenorm::corpora
