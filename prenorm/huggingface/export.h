// Exports a run in the format of Hugging Face's transformers.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "prenorm/huggingface/architecture.h"
#include "prenorm/runs/run_folder.h"

namespace prenorm::huggingface {

struct Exported {
  Architecture architecture;
  std::filesystem::path checkpoint;
  std::int64_t parameters = 0;     // numbers, counting tied ones once
  std::vector<std::string> files;  // in the folder, in alphabetical order
};

// Writes config.json, model.safetensors and the tokenizer's files to `output`, a folder that is empty or does not exist
// and appears whole. `which`: see RunFolder::find_checkpoint. Errors: UsageError (architecture_of(), a folder in use),
// CheckpointError, FileError.
Exported export_run(const runs::RunFolder& run, const std::string& which, const std::filesystem::path& output);

}  // namespace prenorm::huggingface
