// What people see on stderr: log lines, warnings, and a progress line that redraws itself on a terminal and becomes
// plain lines where stderr is a pipe or a file. NO_COLOR (or TERM=dumb) turns colours off.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace prenorm {

bool stderr_is_terminal();
bool colours_wanted();
// Columns of the terminal, 80 where there is none.
int terminal_columns();

// One line on stderr, whatever it holds (see printable()); a progress line that is showing is moved below it.
void inform(std::string_view line);
void warn(std::string_view line);
// Nothing but warnings from now on.
void be_quiet(bool quiet);

// "1:02:03", "4:05".
std::string format_duration(double seconds);
// 1234567 -> "1,234,567".
std::string format_count(std::int64_t count);

// Text that is shown while something goes on, at most ten times a second, with bar, share, ETA.
class Progress {
 public:
  // `total` of 0: not known, so no bar and no ETA.
  Progress(std::string label, std::int64_t total);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `note` stands after the bar ("loss 3.21"). Off a terminal a line is printed at each tenth of the way only.
  void update(std::int64_t done, std::string_view note = {});
  // For work that resumes: time is counted from here.
  void start_at(std::int64_t done) { start_done_ = done; }

 private:
  std::string render(std::string_view note, int columns) const;

  std::string label_;
  std::int64_t total_, done_ = 0, start_done_ = 0;
  std::int64_t last_tenth_ = 0;
  std::chrono::steady_clock::time_point start_, shown_;
};

}  // namespace prenorm
