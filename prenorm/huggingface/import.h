// Imports a checkpoint of Hugging Face's transformers as a run.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "prenorm/huggingface/architecture.h"
#include "prenorm/runs/run_folder.h"

namespace prenorm::huggingface {

struct Imported {
  Architecture architecture;
  TaskKind task = TaskKind::kMaskedLm;
  std::int64_t parameters = 0;        // numbers, counting tied ones once
  std::vector<std::string> left_out;  // tensors of the checkpoint that a run does not use
};

// Creates a run folder, which appears whole, with a checkpoint of update 0, from a folder with config.json,
// model.safetensors (or its shards) and a tokenizer. Errors: UsageError if the run folder is in use; FileError,
// DataError, CheckpointError naming what is wrong.
Imported import_run(const std::filesystem::path& folder, const runs::RunFolder& run);

}  // namespace prenorm::huggingface
