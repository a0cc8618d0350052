// The options that translate and evaluate share: the run, the checkpoint, the decoding.
#pragma once

#include <optional>
#include <string>

#include "cli/command.h"
#include "prenorm/app/load_model.h"

namespace prenorm::cli {

struct TranslatorOptions {
  std::string run, checkpoint;
  std::optional<std::int64_t> beam, n_best, threads;
  std::optional<double> length_penalty;
};

void add_translator_options(CLI::App& command, TranslatorOptions& options);

// Loads the model; its decode settings are overridden by the options and checked. Errors: CheckpointError, UsageError.
app::LoadedTranslator load(const TranslatorOptions& options);

}  // namespace prenorm::cli
