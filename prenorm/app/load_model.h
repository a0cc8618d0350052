// The model of a run, ready for use.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "prenorm/config/config.h"
#include "prenorm/models/causal_lm.h"
#include "prenorm/models/translator.h"
#include "prenorm/runs/run_folder.h"

namespace prenorm::app {

template <class Model>
struct Loaded {
  Config config;
  runs::Tokenizers tokenizers;
  std::unique_ptr<Model> model;
  std::filesystem::path checkpoint;
};
using LoadedTranslator = Loaded<models::Translator>;
using LoadedCausalLm = Loaded<models::CausalLm>;

// `which`: see RunFolder::find_checkpoint. Errors: CheckpointError; UsageError if the run has another task, or its
// configuration was edited and is no longer valid.
LoadedTranslator load_translator(const runs::RunFolder& folder, const std::string& which);
LoadedCausalLm load_causal_lm(const runs::RunFolder& folder, const std::string& which);

}  // namespace prenorm::app
