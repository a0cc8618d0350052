// The recorded model that the golden beam search ran on, and small random ones.
#pragma once

#include <ATen/core/grad_mode.h>

#include <string>
#include <vector>

#include "golden_file.h"
#include "prenorm/base/random.h"
#include "prenorm/batches/batch.h"
#include "prenorm/models/translator.h"
#include "test_seed.h"

namespace prenorm::testing {

inline ModelConfig small_model_config() {
  ModelConfig config;
  config.encoder_layers = 2;
  config.decoder_layers = 3;
  config.d_model = 16;
  config.num_heads = 4;
  config.d_ff = 24;
  return config;
}

struct RecordedModel {
  static constexpr std::int64_t kVocabulary = 23;

  explicit RecordedModel(at::ScalarType dtype) : model(config(), kVocabulary, kVocabulary, 1, dtype) {
    const io::TensorFile file = golden("translator_pre_untied_learned_gelu");
    const at::NoGradGuard no_grad;
    for (const nn::Parameter& p : model.parameters().list()) p.value.copy_(file.at(p.name));
    sources.ids = integers(file.at("source_ids"));
    sources.offsets = integers(file.at("source_offsets"));
    start = std::stoll(file.metadata.at("bos_id"));
    eos = std::stoll(file.metadata.at("eos_id"));
  }

  static ModelConfig config() {
    ModelConfig config = small_model_config();
    config.tied_embeddings = TiedEmbeddings::kNone;
    config.positions = Positions::kLearned;
    config.max_positions = 12;
    config.activation = Activation::kGelu;
    return config;
  }

  models::Translator model;
  batches::PackedSide sources;
  std::int64_t start = 0, eos = 0;
};

// Sentences of 1 to `longest` tokens, the last of which is `eos`.
inline std::vector<std::vector<std::int64_t>> random_sentences(std::int64_t count, std::int64_t longest,
                                                               std::int64_t vocabulary, std::int64_t eos) {
  RandomStream random(mix_key({test::test_seed(name_key("sentences")), static_cast<std::uint64_t>(longest)}));
  std::vector<std::vector<std::int64_t>> sentences(static_cast<std::size_t>(count));
  for (auto& sentence : sentences) {
    for (auto left = random.below(static_cast<std::uint64_t>(longest)); left > 0; --left)
      sentence.push_back(static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(vocabulary))));
    sentence.push_back(eos);
  }
  return sentences;
}

inline batches::PackedSide pack(const std::vector<std::vector<std::int64_t>>& sentences) {
  batches::PackedSide packed;
  for (const auto& sentence : sentences) {
    packed.ids.insert(packed.ids.end(), sentence.begin(), sentence.end());
    packed.end_sequence();
  }
  return packed;
}

}  // namespace prenorm::testing
