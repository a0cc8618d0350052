// A program in the background that does not outlive this one.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace prenorm::lab {

class ChildProcess {
 public:
  // Starts command[0] (a path) with empty standard input; stdout and stderr are added to the end of `log`. It is in a
  // process group of its own, so that Ctrl-C reaches this program alone, and is sent SIGTERM when this program ends,
  // in whatever way. Errors: FileError.
  ChildProcess(const std::vector<std::string>& command, const std::filesystem::path& log);
  // Sends SIGTERM and waits.
  ~ChildProcess();
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;

  // The exit code once it has ended, 128 + signal if a signal ended it.
  std::optional<int> exit_code();
  int wait();
  void signal(int number);

 private:
  pid_t id_ = 0;  // 0 once it has ended
  int code_ = 0;
};

}  // namespace prenorm::lab
