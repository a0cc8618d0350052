// From a configuration to what a run needs, and from a run folder back to a model.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "prenorm/config/config.h"
#include "prenorm/data/prepared_corpus.h"
#include "prenorm/models/causal_lm.h"
#include "prenorm/models/translator.h"
#include "prenorm/training/run_folder.h"

namespace prenorm::tasks {

// data.prepared_dir, or `prepared` beside the run folder.
std::filesystem::path prepared_dir(const Config& config, const training::RunFolder& folder);

// Opens each text that the task needs, before anything is made from one of them. Errors: FileError.
void check_readable(const Config& config);

// Those of train.pretrained, the given models, or models trained on the training text (and kept in `cache` for the next
// run on the same text). Errors: those of text::Tokenizer and text::train_tokenizer; DataError where masked_lm is given
// a model without a mask piece.
training::Tokenizers make_tokenizers(const Config& config, const std::filesystem::path& cache);

// The prepared corpus of a source and a target file (data::prepare_corpus) by the rules of the configuration.
data::PreparedCorpus prepare_text(const Config& config, const training::Tokenizers& tokenizers,
                                  const std::string& source, const std::string& target,
                                  const std::filesystem::path& prepared_dir);

template <class Model>
struct Loaded {
  Config config;
  training::Tokenizers tokenizers;
  std::unique_ptr<Model> model;
  std::filesystem::path checkpoint;
};
using LoadedTranslator = Loaded<models::Translator>;
using LoadedCausalLm = Loaded<models::CausalLm>;

// `which`: see RunFolder::find_checkpoint. Errors: CheckpointError; UsageError where the run is of another task or its
// configuration was edited and no longer holds together.
LoadedTranslator load_translator(const training::RunFolder& folder, const std::string& which);
LoadedCausalLm load_causal_lm(const training::RunFolder& folder, const std::string& which);

}  // namespace prenorm::tasks
