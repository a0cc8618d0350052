// Batches of a language model, from texts that are prepared once.
#pragma once

#include <filesystem>
#include <memory>

#include "prenorm/config/config.h"
#include "prenorm/tasks/text_batches.h"
#include "prenorm/text/tokenizer.h"

namespace prenorm::tasks {

// Returns the batches of data.train_text and data.valid_text for masked_lm or causal_lm. Errors: those of
// data::prepare_text and of the batchers.
std::unique_ptr<TextBatches> prepared_batches(const Config& config, const text::Tokenizer& tokenizer,
                                              const std::filesystem::path& prepared_dir);

// Prepares both texts in advance, so that several runs can share them.
void prepare_texts(const Config& config, const text::Tokenizer& tokenizer, const std::filesystem::path& prepared_dir);

}  // namespace prenorm::tasks
