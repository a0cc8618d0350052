// Neurons of feed-forward networks: the rows of the first matrix with their biases, and the same columns of the second.
// A neuron writes nothing that these three do not hold, so that a model without it is a model with a smaller d_ff.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "prenorm/base/describe.h"
#include "prenorm/base/random.h"
#include "prenorm/nn/parameters.h"

namespace prenorm::pruning {

// kMagnitude: those whose rows of the first matrix have the smallest Euclidean norms, as in the theory of Li et al.
// 2024 (arXiv 2406.17167). kRandom: any, for comparison.
enum class NeuronChoice : std::uint8_t { kMagnitude, kRandom };

// The neurons of a network that stay, in ascending order. `up`: the first matrix, [d_ff, d_model]. Errors: UsageError
// if `removed` is not less than d_ff.
std::vector<std::int64_t> neurons_kept(const at::Tensor& up, std::int64_t removed, NeuronChoice choice,
                                       RandomStream random);

// Copies all weights to a model of the same architecture with another d_ff, which decides how many neurons each layer
// keeps. `seed` is for kRandom.
void copy_kept_neurons(const nn::Parameters& from, nn::Parameters& to, NeuronChoice choice, std::uint64_t seed);

}  // namespace prenorm::pruning

template <>
struct prenorm::EnumNames<prenorm::pruning::NeuronChoice> {
  static constexpr std::array<std::pair<prenorm::pruning::NeuronChoice, std::string_view>, 2> values{
      {{prenorm::pruning::NeuronChoice::kMagnitude, "magnitude"}, {prenorm::pruning::NeuronChoice::kRandom, "random"}}};
};
