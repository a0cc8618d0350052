#include "prenorm/files/temporary.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <optional>
#include <string>
#include <utility>

#include "prenorm/files/file_system.h"

namespace prenorm {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kLongestName = 255;  // bytes, on all relevant file systems of Linux

constexpr std::array<std::pair<TemporaryKind, std::string_view>, 3> kMarks{
    {{TemporaryKind::kPartial, ".partial-"}, {TemporaryKind::kOld, ".old-"}, {TemporaryKind::kRemoved, ".removed-"}}};

std::string_view mark_of(TemporaryKind kind) {
  return std::find_if(kMarks.begin(), kMarks.end(), [&](const auto& m) { return m.first == kind; })->second;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

struct ParsedName {
  TemporaryKind kind;
  std::string_view of;      // the final name, or the start of a long one
  std::string_view ending;  // the ending of the temporary name

  bool is_of(const std::string& final) const { return of == cut_name(final, kLongestName - ending.size()); }
  bool may_be_cut() const { return of.size() + ending.size() + 4 > kLongestName; }
};

std::optional<ParsedName> parse(std::string_view name) {
  for (const auto& [kind, mark] : kMarks) {
    const std::size_t at = name.rfind(mark);
    if (at == std::string_view::npos || at == 0) continue;
    const std::string_view numbers = name.substr(at + mark.size());
    const std::size_t dash = numbers.find('-');
    if (dash != std::string_view::npos && is_number(numbers.substr(0, dash)) && is_number(numbers.substr(dash + 1)))
      return ParsedName{kind, name.substr(0, at), name.substr(at)};
  }
  return std::nullopt;
}

// Whether what the descriptor refers to still has a name: another process may have removed it as a leftover before it
// was locked.
bool lock_what_is_there(int descriptor) {
  while (::flock(descriptor, LOCK_EX) != 0)
    if (errno != EINTR) return true;  // a file system without locks: leftovers are kept there
  struct stat status {};
  return ::fstat(descriptor, &status) != 0 || status.st_nlink > 0;
}

// Calls `open_new` with new names until one does not fail with EEXIST, which leftovers of a process with the same
// number cause.
template <class Open>
Temporary make_temporary(const fs::path& path, const Open& open_new) {
  for (;;) {
    Temporary made{temporary_beside(path, TemporaryKind::kPartial), -1};
    made.descriptor = open_new(made.path);
    if (made.descriptor < 0 && errno == EEXIST) continue;
    if (made.descriptor < 0 || lock_what_is_there(made.descriptor)) return made;
    ::close(made.descriptor);
  }
}

// A symbolic link cannot be locked. It is renamed at once, by a process that holds the lock of its folder.
bool is_abandoned(const fs::path& path) {
  std::error_code ignored;
  if (fs::is_symlink(path, ignored)) return true;
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
  if (descriptor < 0) return false;
  const bool abandoned = ::flock(descriptor, LOCK_SH | LOCK_NB) == 0;
  ::close(descriptor);
  return abandoned;
}

void remove_leftover(const fs::path& path, const ParsedName& name) {
  std::error_code ignored;
  const fs::path final = path.parent_path() / name.of;
  if (name.kind == TemporaryKind::kOld && !fs::exists(fs::symlink_status(final, ignored))) {
    if (!name.may_be_cut()) fs::rename(path, final, ignored);
  } else if (name.kind != TemporaryKind::kPartial || is_abandoned(path)) {
    fs::remove_all(path, ignored);
  }
}

}  // namespace

fs::path temporary_beside(const fs::path& path, TemporaryKind kind) {
  static std::atomic<std::uint64_t> count{0};
  const std::string ending = fmt::format("{}{}-{}", mark_of(kind), ::getpid(), count++);
  return path.parent_path() / (cut_name(path.filename().string(), kLongestName - ending.size()) + ending);
}

bool is_temporary_name(std::string_view name) { return parse(name).has_value(); }

Temporary make_temporary_file(const fs::path& path) {
  return make_temporary(
      path, [](const fs::path& at) { return ::open(at.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644); });
}

Temporary make_temporary_folder(const fs::path& path) {
  return make_temporary(path, [](const fs::path& at) {
    return ::mkdir(at.c_str(), 0777) != 0 ? -1 : ::open(at.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  });
}

void remove_leftovers(const fs::path& folder) {
  for (const fs::path& entry : entries_of(folder)) {
    const std::string name = entry.filename().string();
    if (const auto parsed = parse(name)) remove_leftover(entry, *parsed);
  }
}

void remove_leftovers_of(const fs::path& path) {
  const std::string final = path.filename().string();
  for (const fs::path& entry : entries_of(folder_of(path))) {
    const std::string name = entry.filename().string();
    if (const auto parsed = parse(name); parsed && parsed->is_of(final)) remove_leftover(entry, *parsed);
  }
}

}  // namespace prenorm
