// Runs the command as a user would and collects its output.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace prenorm::test {

struct Outcome {
  int code = -1;  // 128 + signal when one ended it, as a shell reports it
  std::string out, err;
};

struct Surroundings {
  std::string input;                 // standard input, a pipe
  bool terminal = false;             // stderr is a terminal
  std::function<void()> alter = {};  // called in the new process before the command
};

// `prenorm ARGUMENTS` in a fork of this process: what PRENORM_COMMAND does, without its start, which takes longer than
// most commands.
Outcome prenorm(const std::vector<std::string>& arguments, const Surroundings& surroundings = {});

// A shell script in which "$PRENORM" is the executable.
Outcome shell(const std::string& script);

std::vector<std::string> lines_of(const std::string& text);

}  // namespace prenorm::test
