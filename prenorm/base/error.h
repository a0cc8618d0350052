// The one family of exceptions. A message is one sentence that says what is wrong, where (file:line, key or tensor)
// and what to do; cli/run.cpp prints it after "error: " and returns exit_code(). The library never exits or aborts.
#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace prenorm {

class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  virtual int exit_code() const noexcept { return 1; }
};

// Wrong command line or configuration: exit code 2.
class UsageError : public Error {
 public:
  using Error::Error;
  int exit_code() const noexcept override { return 2; }
};

// Input text or a prepared corpus that cannot be used.
class DataError : public Error {
 public:
  using Error::Error;
};

// A file that cannot be read or written (missing, no permission, full disk).
class FileError : public Error {
 public:
  using Error::Error;
};

// A checkpoint or run folder that is damaged or belongs to another architecture.
class CheckpointError : public Error {
 public:
  using Error::Error;
};

// NaN or Inf in training.
class NumericsError : public Error {
 public:
  using Error::Error;
};

// The user stopped the work by a signal: the exit code is the shell's for that, 128 + signal.
class Interrupted : public Error {
 public:
  Interrupted(const std::string& message, int signal) : Error(message), exit_code_(128 + signal) {}
  int exit_code() const noexcept override { return exit_code_; }

 private:
  int exit_code_;
};

// throw_error<DataError>("{}:{}: not UTF-8", path, line)
template <class E, class... Args>
[[noreturn]] void throw_error(fmt::format_string<Args...> format, Args&&... args) {
  throw E(fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace prenorm
