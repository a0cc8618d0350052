// What a run needs before its task can be created: the folder of prepared texts, readable texts, tokenizers.
#pragma once

#include <filesystem>

#include "prenorm/config/config.h"
#include "prenorm/runs/run_folder.h"

namespace prenorm::app {

// data.prepared_dir, or `prepared` next to the run folder.
std::filesystem::path prepared_dir(const Config& config, const runs::RunFolder& folder);

// Opens each text that the task needs, before anything is created from one of them. Errors: FileError.
void check_readable(const Config& config);

// The tokenizers of train.pretrained, the given models, or models trained on the training text (and kept in `cache` for
// the next run on the same text). Errors: those of text::Tokenizer and text::train_tokenizer; DataError if masked_lm is
// given a model without a mask piece.
runs::Tokenizers make_tokenizers(const Config& config, const std::filesystem::path& cache);

}  // namespace prenorm::app
