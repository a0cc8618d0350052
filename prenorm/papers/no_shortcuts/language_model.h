// A causal language model with and without shortcuts and normalisation, in plain ATen.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string_view>
#include <vector>

#include "prenorm/batches/text_batch.h"
#include "prenorm/nn/parameters.h"
#include "prenorm/papers/no_shortcuts/kernels.h"

namespace prenorm::papers::no_shortcuts {

// Pre-LN; shortcuts with alpha^2 + beta^2 = 1 and no normalisation; neither, with one of the methods of attention.
enum class Arm : std::uint8_t { kPreLn, kNoNorm, kPlain, kValueSkip, kUniform, kExponential };
std::string_view name_of(Arm arm);
bool has_shortcuts(Arm arm);
Method method_of(Arm arm);  // kPlain for those with shortcuts

struct LanguageModelSetting {
  Arm arm = Arm::kPreLn;
  std::int64_t layers = 12;
  std::int64_t d_model = 64, num_heads = 4;  // d_ff = 4 d_model
  std::int64_t tokens = 64;                  // of every sequence
  std::int64_t vocabulary = 0;
  std::uint64_t seed = 1;
};

class LanguageModel {
 public:
  explicit LanguageModel(const LanguageModelSetting& setting, at::ScalarType dtype = at::kFloat);

  // "query3" is W_Q of layer 3, counted from 0; also "key", "value", "out", "up", "down".
  nn::Parameters& parameters() { return parameters_; }
  const nn::Parameters& parameters() const { return parameters_; }
  // The mean loss in nats per token of sequences of setting.tokens tokens.
  at::Tensor loss(const batches::TextBatch& batch) const;

 private:
  struct LayerWeights {
    at::Tensor query, key, value, out, up, up_bias, down, down_bias;
    at::Tensor attention_norm, attention_norm_bias, feed_forward_norm, feed_forward_norm_bias;  // Pre-LN
    at::Tensor skip, gain;       // V-SkipInit: weights of the values themselves and of attention
    at::Tensor bias, row_scale;  // added to the scores; multiplies rows of attention
  };
  LayerWeights make_layer(std::int64_t layer);
  at::Tensor attention(const LayerWeights& w, const at::Tensor& x) const;
  at::Tensor feed_forward(const LayerWeights& w, const at::Tensor& x) const;
  at::Tensor add(const at::Tensor& x, const at::Tensor& branch) const;

  LanguageModelSetting setting_;
  nn::Parameters parameters_;
  double slope_;  // of the leaky ReLU
  at::Tensor table_, positions_, final_norm_, final_norm_bias_;
  std::vector<LayerWeights> layers_;
};

}  // namespace prenorm::papers::no_shortcuts
