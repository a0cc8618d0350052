// The data of Li et al. 2024 (section 2): a sample is L tokens, each a noisy copy of one of M orthonormal patterns. Its
// label is the class with the most tokens; most of the others hold patterns that say nothing about the label.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "prenorm/base/describe.h"

namespace prenorm::papers::low_rank_sparse {

// What tells the classes apart.
enum class Discriminative : std::uint8_t {
  kOneDirection,  // mu_1 against -mu_1
  kTwoPatterns,   // mu_1 against mu_2, as in the paper
  kFourPatterns,  // mu_1 or mu_2 against mu_3 or mu_4, one of each pair in a sample
};

enum class Labels : std::uint8_t {
  kTrue,
  kShuffled,  // within each batch, so that E y y' = 1 / batch between a label and the one that replaces it
  kRandom,    // coins, independent of the tokens
};

struct DataLaw {
  Discriminative discriminative = Discriminative::kTwoPatterns;
  Labels labels = Labels::kTrue;
  std::int64_t patterns = 10, dimension = 20;             // M and d
  std::int64_t tokens = 20, relevant = 8, confusing = 2;  // tokens of the label and of the other class: exact counts
  double noise = 0.1;                                     // a token is its pattern + N(0, noise^2 / d I)

  std::int64_t directions() const;  // discriminative patterns: 1, 2 or 4, the first ones
  std::int64_t irrelevant() const { return patterns - directions(); }
};
std::string name_of(const DataLaw& law);

// [M, d], orthonormal rows in directions that depend on the seed.
at::Tensor draw_patterns(const DataLaw& law, std::uint64_t seed);

struct Samples {
  at::Tensor tokens;  // [samples, L, d]: relevant ones first, then confusing ones. The model ignores the order
  at::Tensor labels;  // [samples], 1 or -1
};
// A function of its arguments. Samples depend on how many are drawn.
Samples draw_samples(const DataLaw& law, const at::Tensor& patterns, std::uint64_t key, std::int64_t count);

}  // namespace prenorm::papers::low_rank_sparse

template <>
struct prenorm::EnumNames<prenorm::papers::low_rank_sparse::Discriminative> {
  using Kind = prenorm::papers::low_rank_sparse::Discriminative;
  static constexpr std::array<std::pair<Kind, std::string_view>, 3> values{{{Kind::kOneDirection, "one direction"},
                                                                            {Kind::kTwoPatterns, "two patterns"},
                                                                            {Kind::kFourPatterns, "four patterns"}}};
};

template <>
struct prenorm::EnumNames<prenorm::papers::low_rank_sparse::Labels> {
  using Labels = prenorm::papers::low_rank_sparse::Labels;
  static constexpr std::array<std::pair<Labels, std::string_view>, 3> values{
      {{Labels::kTrue, "true"}, {Labels::kShuffled, "shuffled"}, {Labels::kRandom, "random"}}};
};
