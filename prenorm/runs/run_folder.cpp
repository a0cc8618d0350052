#include "prenorm/runs/run_folder.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "prenorm/base/error.h"
#include "prenorm/base/text.h"
#include "prenorm/config/write.h"
#include "prenorm/files/file.h"
#include "prenorm/files/file_system.h"
#include "prenorm/files/temporary.h"
#include "prenorm/runs/checkpoint.h"
#include "prenorm/runs/run_lock.h"

namespace prenorm::runs {
namespace fs = std::filesystem;
namespace {

constexpr const char* kShared = "vocabulary.model";
constexpr const char* kSource = "source.model";
constexpr const char* kTarget = "target.model";

std::optional<std::int64_t> as_step(const std::string& name) {
  std::int64_t step = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), step);
  return error == std::errc() && end == name.data() + name.size() ? std::optional(step) : std::nullopt;
}

// A link that a run in training changes meanwhile is checked again.
bool is_checkpoint(const fs::path& path) {
  for (;;) {
    std::error_code error;
    const fs::path target = fs::read_symlink(path, error);
    if (is_there(path / "trainer.json")) return true;
    if (fs::read_symlink(path, error) == target) return false;
  }
}

}  // namespace

RunFolder::RunFolder(const fs::path& path) : path_(plain_path(path)) {}

bool RunFolder::exists() const { return is_there(config()); }

std::vector<fs::path> RunFolder::files() const {
  return {config(),      metrics(),     results(),       labels(),        diagnosis(),    diagnosis_page(),
          tensorboard(), checkpoints(), path_ / kShared, path_ / kSource, path_ / kTarget};
}

void RunFolder::check_unused() const {
  if (exists())
    throw_error<UsageError>(
        "{}: already contains a run; name another folder with --run, or resume it with `prenorm train --resume`",
        path_.string());
  if (!is_there(path_)) return;
  if (!is_folder(path_)) throw_error<UsageError>("{}: is not a folder; name another with --run", path_.string());
  for (const fs::path& entry : entries_of(path_)) {
    const std::string name = entry.filename().string();
    if (name != kShared && name != kSource && name != kTarget && name != kFolderLock && !is_temporary_name(name))
      throw_error<UsageError>("{}: the folder is not empty and contains no run; name another with --run",
                              path_.string());
  }
}

fs::path RunFolder::checkpoint(std::int64_t step) const { return checkpoints() / fmt::format("{:06}", step); }

void RunFolder::create(const Config& config, const Tokenizers& tokenizers) const {
  check_unused();
  remove_leftovers();
  for (const char* unfinished : {kShared, kSource, kTarget}) remove_file(path_ / unfinished);
  if (tokenizers.shared) {
    write_file_atomically(path_ / kShared, tokenizers.source.serialized());
  } else {
    write_file_atomically(path_ / kSource, tokenizers.source.serialized());
    write_file_atomically(path_ / kTarget, tokenizers.target.serialized());
  }
  // Written last, since exists() checks for it: a folder without it is not a run.
  write_file_atomically(this->config(), to_toml(config));
}

Tokenizers RunFolder::tokenizers() const {
  if (is_there(path_ / kShared)) {
    const text::Tokenizer both = text::Tokenizer::from_file(path_ / kShared);
    return {both, both, true};
  }
  return {text::Tokenizer::from_file(path_ / kSource), text::Tokenizer::from_file(path_ / kTarget), false};
}

std::vector<std::int64_t> RunFolder::steps() const {
  std::vector<std::int64_t> steps;
  for (const fs::path& entry : entries_of(checkpoints()))
    if (const auto step = as_step(entry.filename().string())) steps.push_back(*step);
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
                            quote_short(which));
  fs::path path = step ? checkpoint(*step) : which == "average" ? average() : path_ / which;
  if (is_checkpoint(path)) return path;
  const std::vector<std::int64_t> there = steps();
  throw_error<CheckpointError>("{}: no checkpoint {}; there are those of updates {}", path_.string(), which,
                               there.empty() ? "none" : fmt::format("{}", fmt::join(there, ", ")));
}

void RunFolder::link_last(std::int64_t step) const {
  replace_link(last(), fs::path("checkpoints") / checkpoint(step).filename());
}

void RunFolder::link_best(std::int64_t step) const {
  if (is_checkpoint(checkpoint(step)))
    replace_link(best(), fs::path("checkpoints") / checkpoint(step).filename());
  else
    remove_file(best());
}

void RunFolder::remove_checkpoint(const fs::path& path) {
  const fs::path removed = temporary_beside(path, TemporaryKind::kRemoved);
  std::error_code error;
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
  for (const fs::path& folder : {path_, checkpoints()}) prenorm::remove_leftovers(folder);
  // The names that older versions used.
  std::error_code ignored;
  for (const fs::path& entry : entries_of(checkpoints()))
    if (entry.extension() == ".removed" || entry.extension() == ".old") fs::remove_all(entry, ignored);
}

}  // namespace prenorm::runs
