// A run is a folder that explains itself:
//
//   config.toml                  every value, defaults spelled out
//   source.model, target.model   the tokenizers (one file, vocabulary.model, where they are the same)
//   metrics.jsonl                one JSON object a line
//   checkpoints/000500/          model.safetensors, optimizer.safetensors, trainer.json
//   checkpoints/average/         model.safetensors of the averaged last checkpoints, trainer.json
//   best, last                   links to checkpoints
//   results.json                 final figures
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "prenorm/config/config.h"
#include "prenorm/text/tokenizer.h"

namespace prenorm::training {

struct Tokenizers {
  text::Tokenizer source, target;
  bool shared;
};

class RunFolder {
 public:
  explicit RunFolder(std::filesystem::path path) : path_(std::move(path)) {}

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path config() const { return path_ / "config.toml"; }
  std::filesystem::path metrics() const { return path_ / "metrics.jsonl"; }
  std::filesystem::path results() const { return path_ / "results.json"; }
  std::filesystem::path checkpoints() const { return path_ / "checkpoints"; }
  std::filesystem::path checkpoint(std::int64_t step) const;
  std::filesystem::path average() const { return checkpoints() / "average"; }
  std::filesystem::path best() const { return path_ / "best"; }
  std::filesystem::path last() const { return path_ / "last"; }

  bool exists() const { return std::filesystem::exists(config()); }
  // Writes configuration and tokenizers into a folder that is new or empty. Errors: UsageError where it holds something.
  void create(const Config& config, const Tokenizers& tokenizers) const;
  Tokenizers tokenizers() const;
  // Steps of the checkpoints, ascending.
  std::vector<std::int64_t> steps() const;
  // "average", "best", "last" or a step; empty takes average if there is one, else best, else last.
  // Errors: CheckpointError where it is not there.
  std::filesystem::path find_checkpoint(const std::string& which) const;

 private:
  std::filesystem::path path_;
};

}  // namespace prenorm::training
