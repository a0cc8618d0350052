// The recursion of signal and gradient through blocks of attention and feed-forward network at initialisation, for wide
// layers and many tokens: squared norms and overlaps of states, sublayer by sublayer, down the stack and back.
//
// The forward part is that of Giorlandino & Goldt 2026 ("Two failure modes of deep transformers and how to avoid them:
// a unified theory of signal propagation at initialisation", arXiv 2505.24333, Result 1): with q = ‖x‖²/d and p =
// x·x'/d of two tokens of a sequence,
//
//   attention      q ← w (p + (q - p) Y),  p ← w p      w: gain of values and output; Y: attention_overlap.h
//   feed-forward   q ← b E φ(u)²,  p ← b E φ(u) φ(u')   u, u' ~ N(0, a q), correlation p/q: activation_kernel.h
//   y = α x + β f  q ← α² q + β² q_f,  p the same       f and x are orthogonal on average
//   LN             q ← 1,  p ← p/q
//
// Additions that the paper does not have: attention with a finite number of keys, where p ← w (p + (q - p) Y'); the
// overlap of tokens of different sequences, which attention does not mix; the mean over features, which LayerNorm takes
// away (positions have one); and cross-attention, whose w, q and p are those of the memory. Known gaps: tokens whose
// overlaps differ much (repeated words, near positions) count with their mean.
//
// The backward part is a derivation of ours, in the same limit: for a gradient δ that tokens share (the mean over
// tokens of ∂L/∂x), attention passes the mean on, since its weights sum to 1: δ² ← w δ². A feed-forward network
// multiplies it by a b E φ'(u) φ'(u'), a LayerNorm by 1/q of its input. What flows through attention scores is of the
// order of 1/keys and is left out. A known gap: in a stack without any norm, the gradient of the first of three layers
// over that of the last comes out 25 to 40 % too small, at widths of 128 and 256 alike and with scores at zero.
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "prenorm/config/model_config.h"
#include "prenorm/config/stacks.h"
#include "prenorm/probe/activation_kernel.h"
#include "prenorm/probe/attention_overlap.h"

namespace prenorm::probe {

// Means over tokens of a stream or branch, over d.
struct SignalState {
  double own = 1;    // ‖x‖²/d: q
  double same = 0;   // x·x'/d of two tokens of a sequence: p
  double other = 0;  // x·x'/d of tokens of different sequences
  double mean = 0;   // the part of all three that is the square of the mean over features, mean(x)²

  double cosine() const { return same / own; }
  double variance() const { return own - mean; }
};

// What a norm makes of it. Errors: none; a state of variance 0 has no norm and gives NaN.
SignalState normed(const SignalState& x, NormKind norm);
// α x + β f.
SignalState sum_of(double skip, const SignalState& x, double gain, const SignalState& branch);

struct AttentionSpec {
  double value_gain = 1;  // E‖W_O W_V x‖²/‖x‖²
  double score_gain = 0;  // Var(score)/(q q): (d Var W_Q)(d Var W_K)
  double bias = 0;        // variance of an element of the output that all tokens share
  KeyCounts keys{};
  // Take the limit of many keys (the paper's formula) in place of the exact number.
  bool limit = false;
  // In place of softmax attention: the overlaps of fixed weights whose rows sum to 1.
  std::optional<AttentionOverlap> fixed{};
};

struct FeedForwardSpec {
  double in_gain = 1, out_gain = 1;  // d Var W1 and d_ff Var W2: a and b
  double in_bias = 0, out_bias = 0;  // variances of the elements of both biases
  ActivationShape activation{};
};

// One sublayer with its residual connection, y = after(α x + β branch(f(before(x)))).
struct SublayerSpec {
  Sublayer kind = Sublayer::kSelfAttention;
  double skip = 1, gain = 1;  // α, β
  bool norm_before = false, norm_branch = false, norm_after = false;
  NormKind norm = NormKind::kLayerNorm;
  std::variant<AttentionSpec, FeedForwardSpec> f{};
};

// The states at one sublayer.
struct SublayerSignal {
  Sublayer kind = Sublayer::kSelfAttention;
  SignalState input, read;     // x, and what f reads
  SignalState raw, branch;     // f(...), and branch(f(...)) without β
  SignalState sum, output;     // α x + β branch, and y
  double score_variance = 0;   // of attention: of what differs between a query's keys
  double keys = 1;             // of attention: the most that a query has
  AttentionOverlap overlap{};  // of attention
  double transfer = 0;         // factor by which f multiplies a squared gradient that all tokens share
  double hidden_overlap = 0;   // of a feed-forward network: E φ(u) φ(u') of tokens of different sequences
};

// `memory`: what cross-attention reads. Errors: Error if a cross-attention has none.
SublayerSignal step(const SublayerSpec& spec, const SignalState& x, const std::optional<SignalState>& memory = {});
std::vector<SublayerSignal> run(const std::vector<SublayerSpec>& specs, SignalState x,
                                const std::optional<SignalState>& memory = {});

// The squared norm of the gradient that tokens share, of the input of a sublayer over that of its output; and of what
// its last matrix multiplies, over that of its output.
struct GradientFactors {
  double to_input = 1, to_branch = 1;
};
GradientFactors gradient_factors(const SublayerSpec& spec, const SublayerSignal& signal);

// The norm of the mean gradient of W2 in each feed-forward network, in the order of `specs`, over that of the last.
std::vector<double> gradient_profile(const std::vector<SublayerSpec>& specs,
                                     const std::vector<SublayerSignal>& signals);

}  // namespace prenorm::probe
