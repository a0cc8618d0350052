#include "prenorm/papers/noise_scale/exact_study.h"

#include <ATen/TensorOperators.h>

#include <algorithm>
#include <cmath>

#include "prenorm/noise/parts.h"
#include "prenorm/papers/noise_scale/character_batches.h"
#include "prenorm/papers/noise_scale/character_run.h"

namespace prenorm::papers::noise_scale {
namespace {

constexpr std::int64_t kSequences = 64;

double relative(double measured, double right) { return std::abs(measured - right) / std::max(right, 1e-30); }

std::string kind_of(const nn::Parameter& p) {
  const noise::Group group = noise::group_of(p.name);
  if (group == noise::Group::kNorm) return p.name.ends_with("weight") ? "norm_weight" : "norm_bias";
  if (p.value.dim() == 1) return "bias";
  return group == noise::Group::kEmbedding ? "table" : "matrix";
}

// Σ_b ‖s_b‖² by parameter, from one backward pass for each sequence.
std::vector<double> looped_squares(CharacterRun& run, const batches::TextBatch& batch) {
  std::vector<double> squares(run.parameters().trained().size());
  for (const batches::TextBatch& example : batches::share_out(batch, batch.sequences())) {
    run.parameters().gradients().zero_();
    run.model().loss(example, /*label_smoothing=*/0, nn::Context{}).loss_sum.backward();
    for (std::size_t p = 0; p < squares.size(); ++p) {
      const at::Tensor& gradient = run.parameters().trained()[p].value.grad();
      squares[p] += gradient.to(at::kDouble).square().sum().item<double>();
    }
  }
  return squares;
}

Model model_of(NormPlacement placement, std::uint64_t seed, std::int64_t batches) {
  Model model;
  model.placement = placement;
  model.seed = seed;
  model.batches = batches;
  model.batch_sequences = kSequences / batches;
  return model;
}

}  // namespace

std::vector<KindError> errors_by_kind(NormPlacement placement, const real_data::Characters& text, std::uint64_t seed) {
  const Model model = model_of(placement, seed, 1);
  CharacterRun run(model, text);
  const updates::ExampleSquares measured = run.example_squares();
  CharacterBatches source(text, seed, kSequences, kSequenceTokens);
  const std::vector<double> right = looped_squares(run, source.batch(0, 0));
  std::vector<KindError> errors;
  for (std::size_t i = 0; i < measured.parameters.size(); ++i) {
    const auto p = static_cast<std::size_t>(measured.parameters[i]);
    const std::string kind = kind_of(run.parameters().trained()[p]);
    auto at = std::ranges::find(errors, kind, &KindError::kind);
    if (at == errors.end()) at = errors.insert(at, {kind, 0});
    at->error = std::max(at->error, relative(measured.square_sums[i], right[p]));
  }
  return errors;
}

BatchingErrors batching_errors(NormPlacement placement, const real_data::Characters& text, std::uint64_t seed) {
  const updates::ExampleSquares whole = CharacterRun(model_of(placement, seed, 1), text).example_squares();
  BatchingErrors errors;
  for (const std::int64_t batches : {std::int64_t{8}, kSequences}) {
    const updates::ExampleSquares parts = CharacterRun(model_of(placement, seed, batches), text).example_squares();
    for (std::size_t i = 0; i < whole.square_sums.size(); ++i) {
      errors.square_sums = std::max(errors.square_sums, relative(parts.square_sums[i], whole.square_sums[i]));
      errors.sum_squares = std::max(errors.sum_squares, relative(parts.sum_squares[i], whole.sum_squares[i]));
    }
  }
  return errors;
}

}  // namespace prenorm::papers::noise_scale
