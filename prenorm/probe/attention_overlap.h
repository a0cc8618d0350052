// How much softmax attention with random scores concentrates: with A_i the weights of query i, E Σ_j A_ij² and, for two
// queries of one sequence, E Σ_j A_ij A_kj. The scores of a query are Gaussian of one variance, after what all its keys
// share is taken away; those of two queries have a correlation.
//
// With n keys the scores are the energies of a Random Energy Model, and for n → ∞ at a score variance v that grows as
// ln n (Giorlandino & Goldt 2026, "Two failure modes of deep transformers and how to avoid them", Result 1):
//
//   Σ_j A_ij² → max(0, 1 - √(2 ln n / v)),   Σ_j A_ij A_kj → 0
//
// Above v = 2 ln n attention condenses on few keys: entropy collapse. Their β is √(v / (q (q - p) ln n)).
#pragma once

#include <span>

namespace prenorm::probe {

struct AttentionOverlap {
  double own = 0, shared = 0;  // E Σ_j A_ij², E Σ_j A_ij A_kj
};

// The number of keys that a uniform average would need to have the same own and shared overlaps. They differ in causal
// attention, where queries have different numbers of keys.
struct KeyCounts {
  double own = 1, shared = 1;  // at least 1
  double most = 1;             // that any query has
};

// Keys of sequences of these lengths, averaged over queries and over pairs of queries of a sequence.
KeyCounts keys_of(std::span<const double> lengths, bool causal);

// The limit of many keys.
AttentionOverlap overlap_in_limit(double score_variance, double keys);
// Exact for any number of keys, by quadrature. Score variances above 100 count as 100.
AttentionOverlap overlap_of(double score_variance, double correlation, const KeyCounts& keys);

}  // namespace prenorm::probe
