// A run is a folder that explains itself:
//
//   config.toml                  every value, defaults spelled out
//   source.model, target.model   the tokenizers (one file, vocabulary.model, where they are the same)
//   metrics.jsonl                one JSON object a line
//   checkpoints/000500/          model.safetensors, optimizer.safetensors, trainer.json
//   checkpoints/average/         model.safetensors of the averaged last checkpoints, trainer.json
//   best, last                   links to checkpoints
//   results.json                 final figures
//   diagnosis.json, .md          what went wrong, after a fault
//   tensorboard/                 event files, where they are asked for
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "prenorm/config/config.h"
#include "prenorm/text/tokenizer.h"

namespace prenorm::runs {

struct Tokenizers {
  text::Tokenizer source, target;
  bool shared;
};

class RunFolder {
 public:
  // A separator at the end of the path, as completion leaves it, is dropped.
  explicit RunFolder(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path config() const { return path_ / "config.toml"; }
  std::filesystem::path metrics() const { return path_ / "metrics.jsonl"; }
  std::filesystem::path results() const { return path_ / "results.json"; }
  // What the columns and classes of a classification are called: data::write_format().
  std::filesystem::path labels() const { return path_ / "labels.json"; }
  std::filesystem::path diagnosis() const { return path_ / "diagnosis.json"; }
  std::filesystem::path diagnosis_page() const { return path_ / "diagnosis.md"; }
  std::filesystem::path tensorboard() const { return path_ / "tensorboard"; }
  std::filesystem::path checkpoints() const { return path_ / "checkpoints"; }
  std::filesystem::path checkpoint(std::int64_t step) const;
  std::filesystem::path average() const { return checkpoints() / "average"; }
  std::filesystem::path best() const { return path_ / "best"; }
  std::filesystem::path last() const { return path_ / "last"; }

  bool exists() const;
  // The files and folders that a run is made of, there or not: no other output may replace them.
  std::vector<std::filesystem::path> files() const;
  // Errors: UsageError where the folder holds a run, or something else than what a run that was killed while it was
  // created leaves.
  void check_unused() const;
  // Writes configuration and tokenizers into an unused folder. Errors: as check_unused(); FileError.
  void create(const Config& config, const Tokenizers& tokenizers) const;
  Tokenizers tokenizers() const;
  // Steps of the checkpoints, ascending.
  std::vector<std::int64_t> steps() const;
  // The newest checkpoint that stands on schedule, else the newest; nullopt where there is none.
  std::optional<std::int64_t> newest_on_schedule() const;
  // "average", "best", "last" or a step; empty takes average if there is one, else best, else last.
  // Errors: UsageError where this is no run folder or `which` is none of these words, CheckpointError where the
  // checkpoint is not there.
  std::filesystem::path find_checkpoint(const std::string& which) const;

  // Points `last` to the checkpoint of a step.
  void link_last(std::int64_t step) const;
  // The same for `best`; removes the link where there is no such checkpoint.
  void link_best(std::int64_t step) const;
  // In one step: a checkpoint is there whole or not at all. Nothing happens where it is not there.
  static void remove_checkpoint(const std::filesystem::path& path);
  // Keeps the last `keep` checkpoints, that of update `best`, and of those that stand only where a run was stopped (see
  // TrainerState::on_schedule) none but `newest`: a run that went on has the same ones as one that never was stopped.
  void remove_old_checkpoints(std::int64_t newest, std::int64_t best, std::int64_t keep) const;
  // Removes what killed processes have left half written or half removed. The caller holds the run's lock.
  void remove_leftovers() const;

 private:
  std::filesystem::path path_;
};

}  // namespace prenorm::runs
