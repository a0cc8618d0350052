// Messages on stderr: log lines, warnings, and a progress line that redraws itself on a terminal and becomes plain
// lines in a pipe or a file. NO_COLOR (or TERM=dumb) turns colours off.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace prenorm {

bool stderr_is_terminal();
bool colours_wanted();
// Columns of the terminal, or 80 without one.
int terminal_columns();

// One line on stderr, whatever it contains (see printable()); a visible progress line is moved below it.
void inform(std::string_view line);
void warn(std::string_view line);
// From now on prints only warnings.
void be_quiet(bool quiet);

// "1:02:03", "4:05".
std::string format_duration(double seconds);
// 1234567 -> "1,234,567".
std::string format_count(std::int64_t count);

// A progress line with bar, share and ETA, updated at most ten times a second.
class Progress {
 public:
  // `total` of 0: unknown, so no bar and no ETA.
  Progress(std::string label, std::int64_t total);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `note` follows the bar ("loss 3.21"). Off a terminal, a line is printed only at each tenth of the work.
  void update(std::int64_t done, std::string_view note = {});
  // For resumed work: time is counted from here.
  void start_at(std::int64_t done) { start_done_ = done; }

 private:
  std::string render(std::string_view note, int columns) const;

  std::string label_;
  std::int64_t total_, done_ = 0, start_done_ = 0;
  std::int64_t last_tenth_ = 0;
  std::chrono::steady_clock::time_point start_, shown_;
};

}  // namespace prenorm
