// Running other programs without a shell.
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
  int signal = 0;  // the signal that ended it; exit_code is then meaningless

  bool succeeded() const { return exit_code == 0 && signal == 0; }
  // "ended with exit code 3", "was ended by signal 9"
  std::string text() const;
};

struct ProcessOptions {
  std::vector<std::string> command;        // command[0] is a path, or a name that is looked up in PATH
  std::filesystem::path folder{};          // to start in; empty: the current one
  std::vector<std::string> environment{};  // NAME=VALUE, each overriding the value that this process has
  bool own_group = false;                  // start a process group, so that Ctrl-C only reaches this program
};

// A program in the background. It is sent SIGTERM when the thread that started it ends, and handles SIGTERM and SIGCHLD
// in the default way even if this process ignores them. While one is alive, this process does not ignore SIGCHLD, or
// the system would discard its exit status.
class ChildProcess {
 public:
  // Starts it with empty standard input; stdout and stderr go to the open file `output`. Errors: FileError if it cannot
  // be started.
  ChildProcess(const ProcessOptions& options, int output);
  // Sends SIGTERM and waits.
  ~ChildProcess();
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;

  // Both: Error if another part of this process has waited for it, so that its exit status is lost.
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
  std::string output;  // stdout and stderr, interleaved
};

// Runs a program in `folder` with messages in English, and waits for it. If on_line throws, the program is ended first.
// Errors: those of ChildProcess.
ProcessResult run_process(const std::vector<std::string>& command, const std::filesystem::path& folder,
                          const std::function<void(std::string_view line)>& on_line = {});

}  // namespace prenorm
