#include "prenorm/training/run_folder.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "prenorm/base/error.h"
#include "prenorm/base/file.h"
#include "prenorm/config/text.h"
#include "prenorm/config/write.h"
#include "prenorm/training/checkpoint.h"
#include "prenorm/training/run_lock.h"

namespace prenorm::training {
namespace fs = std::filesystem;
namespace {

constexpr const char* kShared = "vocabulary.model";
constexpr const char* kSource = "source.model";
constexpr const char* kTarget = "target.model";
constexpr std::string_view kRemoved = ".removed";  // the end of the name of a checkpoint that is being deleted

std::optional<std::int64_t> as_step(const std::string& name) {
  std::int64_t step = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), step);
  return error == std::errc() && end == name.data() + name.size() ? std::optional(step) : std::nullopt;
}

// Of a file or folder that base/file.h writes beside its name, or that remove_checkpoint() has moved out of the way.
bool is_leftover(const std::string& name) {
  return name.find(".partial-") != std::string::npos || name.ends_with(kRemoved);
}

// A link that a run in training points elsewhere meanwhile is looked at again.
bool is_checkpoint(const fs::path& path) {
  for (;;) {
    std::error_code error;
    const fs::path target = fs::read_symlink(path, error);
    if (fs::exists(path / "trainer.json", error)) return true;
    if (fs::read_symlink(path, error) == target) return false;
  }
}

}  // namespace

RunFolder::RunFolder(const fs::path& path) : path_(without_separator_at_end(path)) {}

bool RunFolder::exists() const {
  std::error_code error;
  return fs::exists(config(), error);
}

void RunFolder::check_unused() const {
  if (exists())
    throw_error<UsageError>("{}: holds a run already; go on with it with --resume, or name another folder with --run",
                            path_.string());
  std::error_code error;
  const fs::file_status status = fs::status(path_, error);
  if (!fs::exists(status)) return;
  if (!fs::is_directory(status))
    throw_error<UsageError>("{}: is not a folder; name another with --run", path_.string());
  for (const auto& entry : fs::directory_iterator(path_, error)) {
    const std::string name = entry.path().filename().string();
    if (name != kShared && name != kSource && name != kTarget && name != kFolderLock && !is_leftover(name))
      throw_error<UsageError>("{}: the folder is not empty and holds no run; name another with --run", path_.string());
  }
}

fs::path RunFolder::checkpoint(std::int64_t step) const { return checkpoints() / fmt::format("{:06}", step); }

void RunFolder::create(const Config& config, const Tokenizers& tokenizers) const {
  check_unused();
  std::error_code ignored;
  for (const char* leftover : {kShared, kSource, kTarget}) fs::remove(path_ / leftover, ignored);
  if (tokenizers.shared) {
    write_file_atomically(path_ / kShared, tokenizers.source.serialized());
  } else {
    write_file_atomically(path_ / kSource, tokenizers.source.serialized());
    write_file_atomically(path_ / kTarget, tokenizers.target.serialized());
  }
  // Last, since exists() asks for it: a folder without it is no run.
  write_file_atomically(this->config(), to_toml(config));
}

Tokenizers RunFolder::tokenizers() const {
  if (fs::exists(path_ / kShared)) {
    const text::Tokenizer both = text::Tokenizer::from_file(path_ / kShared);
    return {both, both, true};
  }
  return {text::Tokenizer::from_file(path_ / kSource), text::Tokenizer::from_file(path_ / kTarget), false};
}

std::vector<std::int64_t> RunFolder::steps() const {
  std::vector<std::int64_t> steps;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(checkpoints(), error))
    if (const auto step = as_step(entry.path().filename().string())) steps.push_back(*step);
  std::sort(steps.begin(), steps.end());
  return steps;
}

std::optional<std::int64_t> RunFolder::newest_on_schedule() const {
  const std::vector<std::int64_t> all = steps();
  if (all.empty()) return std::nullopt;
  const auto found =
      std::find_if(all.rbegin(), all.rend(), [&](auto step) { return is_on_schedule(checkpoint(step)); });
  return found != all.rend() ? *found : all.back();
}

fs::path RunFolder::find_checkpoint(const std::string& which) const {
  if (!exists()) throw_error<UsageError>("{}: is not a run folder, it has no config.toml", path_.string());
  if (which.empty()) {
    for (const fs::path& candidate : {average(), best(), last()})
      if (is_checkpoint(candidate)) return candidate;
    throw_error<CheckpointError>("{}: the run has no checkpoint yet", path_.string());
  }
  const auto step = as_step(which);
  if (!step && which != "average" && which != "best" && which != "last")
    throw_error<UsageError>("--checkpoint {}: expected average, best, last or the number of a step",
                            config::quote_short(which));
  const fs::path path = step ? checkpoint(*step) : which == "average" ? average() : path_ / which;
  if (is_checkpoint(path)) return path;
  const std::vector<std::int64_t> there = steps();
  throw_error<CheckpointError>("{}: there is no checkpoint {}; those of updates {} are there", path_.string(), which,
                               there.empty() ? "none" : fmt::format("{}", fmt::join(there, ", ")));
}

void RunFolder::link_last(std::int64_t step) const {
  replace_link(last(), fs::path("checkpoints") / checkpoint(step).filename());
}

void RunFolder::link_best(std::int64_t step) const {
  std::error_code ignored;
  if (is_checkpoint(checkpoint(step)))
    replace_link(best(), fs::path("checkpoints") / checkpoint(step).filename());
  else
    fs::remove(best(), ignored);
}

void RunFolder::remove_checkpoint(const fs::path& path) {
  const fs::path removed = fs::path(path) += kRemoved;
  std::error_code error, ignored;
  fs::remove_all(removed, ignored);
  fs::rename(path, removed, error);
  if (error == std::errc::no_such_file_or_directory) return;
  if (!error) fs::remove_all(removed, error);
  if (error) throw_error<FileError>("{}: cannot be removed: {}", path.string(), error.message());
}

void RunFolder::remove_old_checkpoints(std::int64_t newest, std::int64_t best, std::int64_t keep) const {
  std::vector<std::int64_t> kept;
  for (const std::int64_t step : steps()) {
    if (step == newest || is_on_schedule(checkpoint(step)))
      kept.push_back(step);
    else
      remove_checkpoint(checkpoint(step));
  }
  for (std::ptrdiff_t i = 0; i + keep < std::ssize(kept); ++i)
    if (kept[i] != best) remove_checkpoint(checkpoint(kept[i]));
}

void RunFolder::remove_leftovers() const {
  std::error_code error;
  std::vector<fs::path> leftovers;
  for (const fs::path& folder : {path_, checkpoints()})
    for (const auto& entry : fs::directory_iterator(folder, error))
      if (is_leftover(entry.path().filename().string())) leftovers.push_back(entry.path());
  for (const fs::path& leftover : leftovers) fs::remove_all(leftover, error);
}

}  // namespace prenorm::training
