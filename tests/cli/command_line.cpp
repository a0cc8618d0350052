#include "cli/command_line.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include "cli/registry.h"
#include "files/temporary_folder.h"
#include "prenorm/files/file.h"

namespace prenorm::test {
namespace {

[[noreturn]] void fail(const char* what) { throw std::runtime_error(std::string(what) + " failed"); }

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {
    if (number < 0) fail("opening a file");
  }
  ~Descriptor() { close(); }
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  int number() const { return number_; }
  void close() {
    if (number_ >= 0) ::close(std::exchange(number_, -1));
  }

 private:
  int number_;
};

// Both ends of a terminal that passes bytes on as they are.
std::pair<Descriptor, Descriptor> open_terminal() {
  Descriptor master(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (::grantpt(master.number()) != 0 || ::unlockpt(master.number()) != 0) fail("making a terminal");
  Descriptor slave(::open(::ptsname(master.number()), O_RDWR | O_NOCTTY));
  termios mode{};
  ::tcgetattr(slave.number(), &mode);
  ::cfmakeraw(&mode);
  ::tcsetattr(slave.number(), TCSANOW, &mode);
  return {std::move(master), std::move(slave)};
}

// What was written to a terminal: at most a few lines, which its buffer holds.
std::string read_terminal(int master) {
  ::fcntl(master, F_SETFL, O_NONBLOCK);
  std::string text;
  char buffer[4096];
  for (ssize_t count; (count = ::read(master, buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<std::size_t>(count));
  return text;
}

int exit_code(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) fail("waitpid");
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

void write_all(int descriptor, const std::string& text) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t count = ::write(descriptor, text.data() + done, text.size() - done);
    if (count < 0) return;  // a command that failed need not read its input
    done += static_cast<std::size_t>(count);
  }
}

// An exception must not carry the new process on into the tests of the old one.
int exit_code_of(const std::function<int()>& work) {
  try {
    const int code = work();
    std::fflush(stderr);
    return code;
  } catch (...) {
    return 128 + SIGABRT;
  }
}

int open_new(const std::filesystem::path& path) { return ::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600); }

Outcome run_child(const std::function<int()>& work, const std::string& input, bool terminal) {
  const TemporaryFolder folder;
  Descriptor out(open_new(folder / "out")), err(open_new(folder / "err"));
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) fail("pipe");
  Descriptor reading(ends[0]), writing(ends[1]);
  auto [master, slave] = open_terminal();
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child < 0) fail("fork");
  if (child == 0) {
    ::dup2(reading.number(), STDIN_FILENO);
    ::dup2(out.number(), STDOUT_FILENO);
    ::dup2(terminal ? slave.number() : err.number(), STDERR_FILENO);
    writing.close();
    ::_exit(exit_code_of(work));
  }
  reading.close();
  std::signal(SIGPIPE, SIG_IGN);
  write_all(writing.number(), input);
  writing.close();
  const int code = exit_code(child);
  std::signal(SIGPIPE, SIG_DFL);
  return {code, read_file(folder / "out"), terminal ? read_terminal(master.number()) : read_file(folder / "err")};
}

}  // namespace

Outcome prenorm(const std::vector<std::string>& arguments, const Surroundings& surroundings) {
  std::vector<const char*> words = {"prenorm"};
  for (const std::string& argument : arguments) words.push_back(argument.c_str());
  const auto work = [&] {
    if (surroundings.alter) surroundings.alter();
    return cli::run(cli::program(), static_cast<int>(words.size()), words.data());
  };
  return run_child(work, surroundings.input, surroundings.terminal);
}

Outcome shell(const std::string& script) {
  const auto work = [&] {
    ::setenv("PRENORM", PRENORM_COMMAND, 1);
    ::execl("/bin/sh", "sh", "-c", script.c_str(), static_cast<char*>(nullptr));
    return 127;
  };
  return run_child(work, "", false);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

}  // namespace prenorm::test
