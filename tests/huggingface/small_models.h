// Small models, with random weights, of every architecture that other programs read.
#pragma once

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <string>
#include <vector>

#include "prenorm/huggingface/architecture.h"
#include "prenorm/huggingface/weights.h"
#include "random_tensor.h"

namespace prenorm::test {

struct SmallModel {
  std::string name;
  huggingface::Architecture architecture;
};

inline ModelConfig small_config() {
  ModelConfig m;
  m.encoder_layers = 2;
  m.decoder_layers = 3;
  m.d_model = 12;
  m.d_ff = 20;
  m.num_heads = 3;
  m.positions = Positions::kLearned;
  m.max_positions = 10;
  m.scale_embeddings = false;
  m.activation = Activation::kGelu;
  m.norm_eps = 1e-6;
  return m;
}

inline std::vector<SmallModel> small_models() {
  using huggingface::ModelType;
  std::vector<SmallModel> models;
  const auto add = [&](std::string name, ModelType type, auto&& change) {
    huggingface::Architecture a{type, small_config(), /*vocabulary=*/17, {.unk = 0, .begin = 1, .end = 2}};
    a.ids.decoder_start = 1;
    a.model.norm_placement =
        type == ModelType::kBert || type == ModelType::kMarian ? NormPlacement::kPostLn : NormPlacement::kPreLn;
    a.model.embedding_norm = type == ModelType::kBert || type == ModelType::kRobertaPreLayerNorm;
    a.model.segments = a.is_encoder() ? 2 : 0;
    a.masked_lm = a.is_encoder();
    change(a);
    models.push_back({std::move(name), std::move(a)});
  };
  const auto as_it_is = [](auto&) {};
  add("bert", ModelType::kBert, as_it_is);
  add("bert_next_sentence", ModelType::kBert, [](auto& a) {
    a.next_sentence = true;
    a.model.activation = Activation::kGeluTanh;
  });
  add("bert_without_segments", ModelType::kBert, [](auto& a) {
    a.model.segments = 0;
    a.model.activation = Activation::kRelu;
  });
  add("bert_classifier", ModelType::kBert, [](auto& a) { a.masked_lm = false, a.classes = 3; });
  add("megatron_bert", ModelType::kMegatronBert, as_it_is);
  add("megatron_bert_next_sentence", ModelType::kMegatronBert, [](auto& a) { a.next_sentence = true; });
  add("roberta_prelayernorm", ModelType::kRobertaPreLayerNorm, [](auto& a) { a.ids.pad = 3; });
  add("roberta_prelayernorm_classifier", ModelType::kRobertaPreLayerNorm, [](auto& a) {
    a.ids.pad = 0;
    a.masked_lm = false, a.classes = 1;
  });
  add("gpt2", ModelType::kGpt2, [](auto& a) { a.model.activation = Activation::kGeluTanh; });
  add("marian", ModelType::kMarian, [](auto& a) {
    a.model.positions = Positions::kSinusoidal;
    a.model.scale_embeddings = true;
    a.model.norm_eps = 1e-5;
    a.model.activation = Activation::kRelu;
  });
  return models;
}

// Fills all tensors with different random values, large enough that every part of the model affects the output.
inline void randomize(const nn::Parameters& parameters, std::uint64_t seed) {
  const at::NoGradGuard no_grad;
  for (const nn::Parameter& p : parameters.list()) {
    at::Tensor value = p.value;
    const double centre = p.name.ends_with("norm.weight") ? 1 : 0;
    const double size = p.value.dim() == 2 ? 1.5 / std::sqrt(static_cast<double>(p.value.size(1))) : 0.3;
    value.copy_(centre + size * testing::random_tensor(p.value.sizes(), mix_key({seed, name_key(p.name)})));
  }
}

}  // namespace prenorm::test
