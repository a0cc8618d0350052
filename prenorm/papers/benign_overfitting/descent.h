// Full-batch gradient descent at a constant rate on the logistic loss of a set of samples, to stops at given training
// losses.
//
// Weights W change only by multiples of patches, so descent needs only the projections X W of the patches of the set
// and their Gram matrix: a step W -= rate X^T D, with D the gradient with respect to X W, is X W -= rate (X X^T) D.
// This is exact, and its cost does not depend on d.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "prenorm/papers/benign_overfitting/attention.h"
#include "prenorm/papers/benign_overfitting/tokens.h"

namespace prenorm::papers::benign_overfitting {

// What descent changes. With a fixed w_O, only W_V w_O matters: W_V has one column, of unit weight.
enum class Trained : std::uint8_t {
  kAll,         // W_Q, W_K, W_V
  kValuesOnly,  // W_V: attention keeps its weights
  kAllAndHead   // w_O too
};

struct Weights {
  Layout layout;
  at::Tensor matrices;       // [d, columns]: W_Q | W_K | W_V
  std::vector<double> head;  // w_O
};

struct StartSetting {
  Layout layout;
  double logit_deviation = 0.1;   // of the attention logits between patches of the larger norm, max(|mu|, 1)
  double score_deviation = 1e-3;  // of W_V w_O's entries
};
// |w_O| = 1, its entries equal. A function of the seed.
Weights draw_weights(const DataSetting& data, const StartSetting& start);

// A point of a training.
struct State {
  std::int64_t step = 0;
  double loss = 0;              // of training
  double attention_signal = 0;  // mean attention weight from signal queries to the signal
  double attention_noise = 0;   // and from noise queries
  double score_positive = 0;    // V_+ = mu_+^T W_V w_O, mean over the samples of label +1
  double score_negative = 0;    // V_-
  double score_noise = 0;       // mean of y V_{n,i}
};

struct DescentOptions {
  double rate = 1;
  Trained trained = Trained::kAll;
  std::vector<double> stops = {0.01};  // training losses, descending; the last one ends the training
  std::int64_t max_steps = 100'000;
};

// Called with every state, before its step.
using Observe = std::function<void(const State&)>;
// Called once for each stop, in the first state whose loss is not above it.
using AtStop = std::function<void(const State&, const Weights&)>;

// Training ends without a call for the last stops if `max_steps` do not reach them, or if the loss is not finite.
void descend(const Tokens& tokens, const Weights& start, const DescentOptions& options, const AtStop& at_stop,
             const Observe& observe = nullptr);

}  // namespace prenorm::papers::benign_overfitting

template <>
struct prenorm::EnumNames<prenorm::papers::benign_overfitting::Trained> {
  using Trained = prenorm::papers::benign_overfitting::Trained;
  static constexpr std::array<std::pair<Trained, std::string_view>, 3> values{
      {{Trained::kAll, "all but w_O"}, {Trained::kValuesOnly, "W_V"}, {Trained::kAllAndHead, "all"}}};
};
