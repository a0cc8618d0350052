// From a configuration to what a translation run needs, and from a run folder back to a model.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "prenorm/config/config.h"
#include "prenorm/models/translator.h"
#include "prenorm/training/run_folder.h"

namespace prenorm::training {

// data.prepared_dir, or `prepared` beside the run folder.
std::filesystem::path prepared_dir(const Config& config, const RunFolder& folder);

// The given SentencePiece models, or models trained on the training text (and kept in `cache` for the next run on the
// same text). Errors: those of text::Tokenizer and text::train_tokenizer.
Tokenizers make_tokenizers(const Config& config, const std::filesystem::path& cache);

struct LoadedTranslator {
  Config config;
  Tokenizers tokenizers;
  std::unique_ptr<models::Translator> model;
  std::filesystem::path checkpoint;
};

// `which`: see RunFolder::find_checkpoint. Errors: CheckpointError, UsageError (also for a
// configuration that was edited and no longer holds together).
LoadedTranslator load_translator(const RunFolder& folder, const std::string& which);

}  // namespace prenorm::training
