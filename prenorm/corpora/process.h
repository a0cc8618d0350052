// Another program, run without a shell.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace prenorm::corpora {

struct ProcessResult {
  int exit_code = 0;   // 128 + signal number if a signal ended it
  std::string output;  // stdout and stderr, as they came
};

// Runs command[0] (looked up in PATH) in `folder` with empty stdin and messages in English, and waits for its end. If
// on_line throws, the program is ended first. Errors: FileError when it cannot be started.
ProcessResult run_process(const std::vector<std::string>& command, const std::filesystem::path& folder,
                          const std::function<void(std::string_view line)>& on_line = {});

}  // namespace prenorm::corpora
