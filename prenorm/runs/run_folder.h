// A run is a self-describing folder (docs/training.md#the-run-folder):
//
//   config.toml                  every value, including defaults
//   source.model, target.model   the tokenizers (one file, vocabulary.model, if they are the same)
//   labels.json                  the columns and classes of a classification
//   metrics.jsonl                one JSON object per line
//   checkpoints/000500/          model.safetensors, optimizer.safetensors, trainer.json
//   checkpoints/frozen.safetensors   the weights that do not train, of a run that trains a part of its model
//   checkpoints/average/         model.safetensors of the averaged last checkpoints, trainer.json
//   best, last                   links to checkpoints
//   results.json                 final figures
//   diagnosis.json, .md          what went wrong, after a fault
//   tensorboard/                 event files, if requested
//   .lock                        held by the process that trains (run_lock.h)
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
  // A trailing separator, as left by completion, is dropped.
  explicit RunFolder(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path config() const { return path_ / "config.toml"; }
  std::filesystem::path metrics() const { return path_ / "metrics.jsonl"; }
  std::filesystem::path results() const { return path_ / "results.json"; }
  // The names of the columns and classes of a classification: data::write_format().
  std::filesystem::path labels() const { return path_ / "labels.json"; }
  std::filesystem::path diagnosis() const { return path_ / "diagnosis.json"; }
  std::filesystem::path diagnosis_page() const { return path_ / "diagnosis.md"; }
  std::filesystem::path tensorboard() const { return path_ / "tensorboard"; }
  std::filesystem::path checkpoints() const { return path_ / "checkpoints"; }
  std::filesystem::path checkpoint(std::int64_t step) const;
  std::filesystem::path frozen() const { return checkpoints() / "frozen.safetensors"; }
  std::filesystem::path average() const { return checkpoints() / "average"; }
  std::filesystem::path best() const { return path_ / "best"; }
  std::filesystem::path last() const { return path_ / "last"; }

  bool exists() const;
  // The files and folders of a run, whether they exist or not: no other output may replace them.
  std::vector<std::filesystem::path> files() const;
  // Errors: UsageError if the folder holds a run, or any file other than leftovers of an interrupted create().
  void check_unused() const;
  // Writes configuration and tokenizers to an unused folder. Errors: as check_unused(); FileError.
  void create(const Config& config, const Tokenizers& tokenizers) const;
  Tokenizers tokenizers() const;
  // Steps of the checkpoints, ascending.
  std::vector<std::int64_t> steps() const;
  // The newest scheduled checkpoint, else the newest; nullopt if there is none.
  std::optional<std::int64_t> newest_on_schedule() const;
  // "average", "best", "last" or a step; empty means average if it exists, else best, else last. Errors: UsageError if
  // this is not a run folder or `which` is none of these words, CheckpointError if the checkpoint does not exist.
  std::filesystem::path find_checkpoint(const std::string& which) const;

  // Points `last` to the checkpoint of a step.
  void link_last(std::int64_t step) const;
  // The same for `best`; removes the link if there is no such checkpoint.
  void link_best(std::int64_t step) const;
  // Removes it in one step: a checkpoint exists whole or not at all. Does nothing if it does not exist.
  static void remove_checkpoint(const std::filesystem::path& path);
  // Keeps the last `keep` checkpoints and that of update `best`. Unscheduled checkpoints, written only because a run
  // was stopped (see TrainerState::on_schedule), are removed and not counted, except `newest`. A resumed run therefore
  // has the same checkpoints as a run that was never stopped.
  void remove_old_checkpoints(std::int64_t newest, std::int64_t best, std::int64_t keep) const;
  // Removes what killed processes left half written or half removed. The caller must hold the run's lock.
  void remove_leftovers() const;

 private:
  std::filesystem::path path_;
};

}  // namespace prenorm::runs
