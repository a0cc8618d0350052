// The input of a stack: √d_model · E[token] + P[position], then dropout (Vaswani et al. 2017, sections 3.4 and 3.5).
// The table starts at N(0, 1/d_model), so that the scaled embedding has a squared norm of about d_model, as Lemma 2 of
// Xiong et al. 2020 assumes. For BERT (Devlin et al. 2019, Figure 2) it is LN(E[token] + P[position] + S[segment]),
// then dropout.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "prenorm/config/model_config.h"
#include "prenorm/nn/context.h"
#include "prenorm/nn/normalization.h"
#include "prenorm/nn/parameters.h"

namespace prenorm::nn {

// A table [vocabulary, d_model] under `<scope>.weight`.
at::Tensor embedding_table(const Scope& scope, std::int64_t vocabulary, std::int64_t d_model);
// The same, initialised according to config.init: N(0, init_std²) for normal.
at::Tensor embedding_table(const Scope& scope, std::int64_t vocabulary, const ModelConfig& config);

// PE(pos, 2i) = sin(pos / 10000^(2i/d)), PE(pos, 2i + 1) = cos(same): [length, d_model].
at::Tensor sinusoidal_positions(std::int64_t length, std::int64_t d_model, at::ScalarType dtype);

class Embedding {
 public:
  struct Scopes {
    Scope positions;                          // names the dropout site and the weights of learned positions
    std::optional<Scope> norm{}, segments{};  // as config.embedding_norm and config.segments require, if supported
  };
  // `table` may be shared.
  Embedding(const Scopes& scopes, const ModelConfig& config, at::Tensor table);
  Embedding(const Scope& positions, const ModelConfig& config, at::Tensor table)
      : Embedding(Scopes{positions}, config, std::move(table)) {}

  // ids, positions: int64 [tokens]; longest: largest position + 1; segments: int64 [tokens], undefined = all 0. Returns
  // [tokens, d_model].
  // May be called by several threads at once.
  // Errors: DataError if positions are learned and a sequence is longer than model.max_positions.
  at::Tensor operator()(const at::Tensor& ids, const at::Tensor& positions, std::int64_t longest,
                        const Context& context, const at::Tensor& segments = {}) const;

 private:
  struct Sinusoids {
    std::mutex mutex;
    at::Tensor table;  // grows when longer sequences come
  };

  at::Tensor position_table(std::int64_t longest) const;  // covers at least `longest` positions

  at::Tensor table_;
  at::Tensor learned_;   // [max_positions, d_model], undefined for sinusoids
  at::Tensor segments_;  // [segments, d_model], undefined without segments
  std::optional<Norm> norm_;
  std::shared_ptr<Sinusoids> sinusoids_;
  double scale_;
  double dropout_;
  std::string point_;
  std::uint64_t site_;
};

}  // namespace prenorm::nn
