#include "prenorm/papers/low_rank_sparse/outcome.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/linalg_svd.h>
#include <ATen/ops/matmul.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "prenorm/base/statistics.h"
#include "prenorm/ops/spectrum.h"

namespace prenorm::papers::low_rank_sparse {
namespace {

MatrixOutcome measure_matrix(const at::Tensor& update, const at::Tensor& first_gradient, const at::Tensor& patterns,
                             std::int64_t directions) {
  const at::Tensor discriminative = patterns.narrow(0, 0, directions);
  const at::Tensor top = std::get<2>(at::linalg_svd(update, /*full_matrices=*/false)).narrow(0, 0, directions);
  return {ops::singular_values(update), ops::singular_values(first_gradient),
          ops::row_norms(at::matmul(patterns, update.t())),
          ops::row_norms(at::matmul(discriminative.sum(0, /*keepdim=*/true), update.t()))[0],
          ops::singular_values(at::matmul(top, discriminative.t()))};
}

// The mean over queries and samples of the attention to tokens of the label's class.
double attention_to_relevant(const at::Tensor& attention, std::int64_t relevant) {
  return attention.narrow(2, 0, relevant).sum(2).mean().item<double>();
}

std::vector<double> truncated_hinges(const Trained& trained, const Matrices& updates, const Samples& test) {
  std::vector<double> hinges;
  for (std::int64_t rank = 0; rank <= kMostRank; ++rank) {
    Model model = trained.last;
    for (const MatrixIndex i : {kQuery, kKey, kValue})
      model.weights.at(i) = trained.initial.weights.at(i) + ops::truncated_to_rank(updates.at(i), rank);
    hinges.push_back(mean_hinge(outputs_of(model, test.tokens), test.labels));
  }
  return hinges;
}

std::vector<std::int64_t> small_rows(const std::vector<double>& norms) {
  std::vector<std::int64_t> rows = by_norm(norms);
  rows.resize(static_cast<std::size_t>(ops::widest_gap(norms).below));
  return rows;
}

}  // namespace

double MatrixOutcome::norm() const {
  double squares = 0;
  for (const double value : update) squares += value * value;
  return std::sqrt(squares);
}

double MatrixOutcome::irrelevant_response(std::int64_t directions) const {
  return mean_of(std::span(responses).subspan(static_cast<std::size_t>(directions)));
}

double MatrixOutcome::relevant_response(std::int64_t directions) const {
  return mean_of(std::span(responses).first(static_cast<std::size_t>(directions)));
}

Outcome measure(const Trained& trained, const TrainSetting& s, std::int64_t test_count) {
  Outcome outcome;
  outcome.loss = trained.loss;
  const Matrices updates = trained.updates();
  for (std::size_t i = 0; i < updates.size(); ++i)
    outcome.matrices.at(i) =
        measure_matrix(updates.at(i), trained.first_gradient.at(i), trained.patterns, s.data.directions());

  const Samples test = test_samples(s, trained.patterns, test_count);
  const Activations activations = activations_of(trained.last, test.tokens);
  const Neurons neurons{contributions_of(trained.last, activations), test.labels,
                        ops::row_norms(trained.last.weights[kOutput])};
  outcome.whole = quality_without(neurons, {});
  outcome.margin = (neurons.contributions.sum(1) * test.labels).mean().item<double>();
  outcome.truncated_hinge = truncated_hinges(trained, updates, test);
  outcome.row_norms = neurons.norms;
  std::sort(outcome.row_norms.begin(), outcome.row_norms.end());
  outcome.hinge_without_small_rows = quality_without(neurons, small_rows(neurons.norms)).hinge;
  outcome.pruning = prune(neurons, kPruningLevels, kPruningDraws, s.seed);
  outcome.attention_before =
      attention_to_relevant(activations_of(trained.initial, test.tokens).attention, s.data.relevant);
  outcome.attention_after = attention_to_relevant(activations.attention, s.data.relevant);
  return outcome;
}

}  // namespace prenorm::papers::low_rank_sparse
