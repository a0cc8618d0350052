#include "prenorm/training/run_folder.h"

#include <algorithm>
#include <charconv>

#include "prenorm/base/error.h"
#include "prenorm/base/file.h"
#include "prenorm/config/write.h"

namespace prenorm::training {
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

}  // namespace

fs::path RunFolder::checkpoint(std::int64_t step) const { return checkpoints() / fmt::format("{:06}", step); }

void RunFolder::create(const Config& config, const Tokenizers& tokenizers) const {
  std::error_code error;
  if (fs::exists(path_, error) && !fs::is_empty(path_, error))
    throw_error<UsageError>("{}: the run folder is not empty; use --resume to go on with it, or another --run", path_.string());
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

fs::path RunFolder::find_checkpoint(const std::string& which) const {
  if (!exists()) throw_error<CheckpointError>("{}: no run folder (it has no config.toml)", path_.string());
  if (which.empty()) {
    for (const fs::path& candidate : {average(), best(), last()})
      if (fs::exists(candidate / "trainer.json")) return candidate;
    throw_error<CheckpointError>("{}: the run has no checkpoint yet", path_.string());
  }
  const auto step = as_step(which);
  const fs::path path = step ? checkpoint(*step) : which == "average" ? average() : path_ / which;
  const bool known = step || which == "average" || which == "best" || which == "last";
  if (!known || !fs::exists(path / "trainer.json"))
    throw_error<CheckpointError>("{}: no checkpoint '{}'; say average, best, last or the number of a step that is in {}",
                                 path_.string(), which, checkpoints().string());
  return path;
}

}  // namespace prenorm::training
