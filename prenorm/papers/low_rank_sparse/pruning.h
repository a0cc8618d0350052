// Pruning of neurons: rows of the trained W_O are set to zero, without training afterwards.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace prenorm::papers::low_rank_sparse {

// A trained model on test samples, split by neuron. Attention does not depend on W_O, so pruning a neuron subtracts its
// contribution.
struct Neurons {
  at::Tensor contributions;   // [samples, m], see contributions_of()
  at::Tensor labels;          // [samples]
  std::vector<double> norms;  // of the rows of W_O
};

// The hinge loss and the share of wrong signs without the neurons `pruned`.
struct Quality {
  double hinge = 0, error = 0;
};
Quality quality_without(const Neurons& neurons, const std::vector<std::int64_t>& pruned);

// All neurons, those with small rows first.
std::vector<std::int64_t> by_norm(const std::vector<double>& norms);

// By share of neurons pruned; `random` has means over `draws` orders.
struct PruningCurves {
  std::vector<double> share, small_first, random, large_first, large_first_error;
};
PruningCurves prune(const Neurons& neurons, std::int64_t levels, std::int64_t draws, std::uint64_t key);

}  // namespace prenorm::papers::low_rank_sparse
