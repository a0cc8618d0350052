// A translator of lines with a small random model.
#pragma once

#include <string>
#include <vector>

#include "prenorm/decoding/translate.h"
#include "search_models.h"
#include "test_seed.h"
#include "text/sample_text.h"

namespace prenorm::testing {

inline DecodeConfig small_decode_config() {
  DecodeConfig config;
  config.beam = 3;
  config.max_length_ratio = 1;
  config.max_length_offset = 5;
  return config;
}

struct SmallTranslator {
  explicit SmallTranslator(const DecodeConfig& decode = small_decode_config(),
                           const ModelConfig& config = small_model_config())
      : tokenizer(test::sample_tokenizer()),
        model(config, tokenizer.size(), tokenizer.size(), test::test_seed(11), at::kDouble),
        lines(model, tokenizer, tokenizer, decode) {}

  text::Tokenizer tokenizer;
  models::Translator model;
  decoding::LineTranslator lines;
};

}  // namespace prenorm::testing
