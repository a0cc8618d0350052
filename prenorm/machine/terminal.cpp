#include "prenorm/machine/terminal.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <mutex>

#include "prenorm/base/printable.h"

namespace prenorm {
namespace {

std::mutex mutex;
std::string showing;  // the progress line that is shown on the terminal now
std::atomic<bool> quiet = false;

void erase_locked() {
  if (!showing.empty()) std::fputs("\r\033[K", stderr);
}
void draw_locked() {
  if (!showing.empty()) std::fputs(showing.c_str(), stderr);
  std::fflush(stderr);
}
void print_line(std::string_view line) {
  const std::lock_guard lock(mutex);
  erase_locked();
  std::fwrite(line.data(), 1, line.size(), stderr);
  std::fputc('\n', stderr);
  draw_locked();
}

}  // namespace

bool stderr_is_terminal() {
  static const bool value = ::isatty(STDERR_FILENO) == 1;
  return value;
}

bool colours_wanted() {
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  return stderr_is_terminal() && (no_color == nullptr || *no_color == '\0') &&
         (term == nullptr || std::string_view(term) != "dumb");
}

int terminal_columns() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

void be_quiet(bool value) { quiet = value; }

void inform(std::string_view line) {
  if (!quiet) print_line(printable(line));
}

void warn(std::string_view line) {
  print_line(fmt::format("{} {}", colours_wanted() ? "\033[33mwarning:\033[0m" : "warning:", printable(line)));
}

std::string format_duration(double seconds) {
  if (!std::isfinite(seconds)) return "-:--";
  const auto whole = std::int64_t{std::llround(std::clamp(seconds, 0.0, 1e15))};
  const std::int64_t hours = whole / 3600, minutes = whole / 60 % 60;
  return hours > 0 ? fmt::format("{}:{:02}:{:02}", hours, minutes, whole % 60)
                   : fmt::format("{}:{:02}", minutes, whole % 60);
}

std::string format_count(std::int64_t count) {
  const std::string digits = fmt::format("{}", count);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const bool group = i > 0 && digits[i - 1] != '-' && (digits.size() - i) % 3 == 0;
    if (group) text += ',';
    text += digits[i];
  }
  return text;
}

Progress::Progress(std::string label, std::int64_t total)
    : label_(std::move(label)), total_(total), start_(std::chrono::steady_clock::now()) {}

Progress::~Progress() {
  const std::lock_guard lock(mutex);
  erase_locked();
  showing.clear();
  std::fflush(stderr);
}

std::string Progress::render(std::string_view note, int columns) const {
  if (total_ <= 0) return fmt::format("{} {}  {}", label_, format_count(done_), note);
  const double share = std::clamp(static_cast<double>(done_) / static_cast<double>(total_), 0.0, 1.0);
  const double elapsed = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  const auto advanced = static_cast<double>(done_ - start_done_);
  const std::string eta =
      advanced > 0 ? format_duration(elapsed / advanced * static_cast<double>(total_ - done_)) : "-:--";
  const std::string tail =
      fmt::format(" {:3.0f} %  {}/{}  ETA {}  {}", 100 * share, format_count(done_), format_count(total_), eta, note);
  const int width = std::min(30, columns - static_cast<int>(label_.size() + tail.size()) - 4);
  if (width < 5) return label_ + tail;
  const int full = static_cast<int>(std::lround(share * width));
  return fmt::format("{} [{}{}]{}", label_, std::string(full, '='), std::string(width - full, ' '), tail);
}

void Progress::update(std::int64_t done, std::string_view note) {
  done_ = done;
  if (quiet) return;
  if (!stderr_is_terminal()) {
    const std::int64_t tenth = total_ > 0 ? 10 * done / total_ : 0;
    if (tenth > last_tenth_) print_line(render(note, 0));
    last_tenth_ = std::max(last_tenth_, tenth);
    return;
  }
  const auto now = std::chrono::steady_clock::now();
  if (done < total_ && now - shown_ < std::chrono::milliseconds(100)) return;
  shown_ = now;
  const int columns = terminal_columns();
  std::string line = render(note, columns);
  if (static_cast<int>(line.size()) >= columns) line.resize(static_cast<std::size_t>(std::max(0, columns - 1)));
  const std::lock_guard lock(mutex);
  erase_locked();
  showing = std::move(line);
  draw_locked();
}

}  // namespace prenorm
