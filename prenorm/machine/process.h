// Other programs, started without a shell.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace prenorm {

// How a program ended.
struct ProcessEnd {
  int exit_code = 0;
  int signal = 0;  // that ended it; exit_code then means nothing

  bool succeeded() const { return exit_code == 0 && signal == 0; }
  // "ended with exit code 3", "was ended by signal 9"
  std::string text() const;
};

struct ProcessOptions {
  std::vector<std::string> command;        // command[0] is a path, or a name that is looked up in PATH
  std::filesystem::path folder{};          // to start in; empty: the one of this process
  std::vector<std::string> environment{};  // NAME=VALUE, each in place of what this process has under NAME
  bool own_group = false;                  // a process group of its own: Ctrl-C reaches this program alone
};

// A program in the background. It is sent SIGTERM when the thread that started it ends, in whatever way, and has the
// usual reaction to SIGTERM and SIGCHLD even where this process ignores them. While any is alive, SIGCHLD is not
// ignored in this process, or the system would forget how it ended.
class ChildProcess {
 public:
  // Starts it with empty standard input; stdout and stderr go to the open file `output`. Errors: FileError where it
  // cannot be started.
  ChildProcess(const ProcessOptions& options, int output);
  // Sends SIGTERM and waits.
  ~ChildProcess();
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;

  // Both: Error where another part of this process has waited for it, so that its end is not known.
  std::optional<ProcessEnd> poll();
  ProcessEnd wait();
  void signal(int number);

 private:
  std::optional<ProcessEnd> wait_once(int options);
  void forget() noexcept;

  std::string name_;
  pid_t id_ = 0;  // 0 once it has ended
  ProcessEnd end_;
};

struct ProcessResult {
  ProcessEnd end;
  std::string output;  // stdout and stderr, as they came
};

// Runs a program in `folder` with messages in English, and waits for its end. If on_line throws, the program is ended
// first. Errors: those of ChildProcess.
ProcessResult run_process(const std::vector<std::string>& command, const std::filesystem::path& folder,
                          const std::function<void(std::string_view line)>& on_line = {});

}  // namespace prenorm
