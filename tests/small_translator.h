// A translator on synthetic text that computes in milliseconds.
#pragma once

#include "prenorm/config/config.h"
#include "test_seed.h"

namespace prenorm::test {

inline Config small_translator() {
  Config config;
  config.tokenizer.vocab_size = 50;
  config.batch.max_tokens = 400;
  config.model.encoder_layers = config.model.decoder_layers = 2;
  config.model.d_model = 16;
  config.model.d_ff = 32;
  config.model.num_heads = 2;
  config.train.seed = static_cast<std::int64_t>(test_seed(1));
  return config;
}

}  // namespace prenorm::test
