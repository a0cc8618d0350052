// The published architecture that a model of ours has: a model type of Hugging Face's transformers with its numbers.
// The model types, and the sources of their equations:
//
//   bert                  Post-LN encoder (Devlin et al. 2019)
//   megatron-bert         Pre-LN encoder without LN on the embeddings (Shoeybi et al. 2019, section 4.2)
//   roberta-prelayernorm  Pre-LN encoder with LN on the embeddings (fairseq's --encoder-normalize-before)
//   gpt2                  Pre-LN decoder (Radford et al. 2019)
//   marian                Post-LN encoder and decoder with sinusoids (Junczys-Dowmunt et al. 2018)
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prenorm/base/describe.h"
#include "prenorm/config/config.h"

namespace prenorm::huggingface {

enum class ModelType : std::uint8_t { kBert, kMegatronBert, kRobertaPreLayerNorm, kGpt2, kMarian };

// Ids of special pieces; -1 if the vocabulary has none.
struct SpecialIds {
  std::int64_t unk = -1, begin = -1, end = -1, pad = -1, mask = -1, decoder_start = -1;
};

struct Architecture {
  ModelType type = ModelType::kBert;
  ModelConfig model{};
  std::int64_t vocabulary = 0;  // rows of the embedding
  SpecialIds ids{};
  // Heads of an encoder. The pooler exists if one of the last two does.
  bool masked_lm = false;
  bool next_sentence = false;
  std::int64_t classes = 0;                   // outputs of the classifier, 1 for a number; 0 = no classifier
  std::vector<std::string> class_names = {};  // if they are known
  std::vector<std::int64_t> end_ids = {};     // for gpt2: tokens that end a text; empty = ids.end

  bool is_encoder() const { return type != ModelType::kGpt2 && type != ModelType::kMarian; }
  bool has_pooler() const { return next_sentence || classes > 0; }
  // Rows of roberta-prelayernorm's position table before the first token's: it counts from the padding id + 1.
  std::int64_t unused_positions() const { return type == ModelType::kRobertaPreLayerNorm ? ids.pad + 1 : 0; }
};

// The placement of the published models of a type.
NormPlacement published_placement(ModelType type);

// The architecture of a run. `classes`: see Architecture; of task = "classification" alone.
// Errors: UsageError naming the key that has no place in a published architecture, and the value it would need.
Architecture architecture_of(const Config& config, std::int64_t vocabulary, const SpecialIds& ids,
                             std::int64_t classes = 0);

}  // namespace prenorm::huggingface

template <>
struct prenorm::EnumNames<prenorm::huggingface::ModelType> {
  using ModelType = prenorm::huggingface::ModelType;
  static constexpr std::array<std::pair<ModelType, std::string_view>, 5> values{
      {{ModelType::kBert, "bert"},
       {ModelType::kMegatronBert, "megatron-bert"},
       {ModelType::kRobertaPreLayerNorm, "roberta-prelayernorm"},
       {ModelType::kGpt2, "gpt2"},
       {ModelType::kMarian, "marian"}}};
};
