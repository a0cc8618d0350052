#include "prenorm/papers/benign_overfitting/token_selection.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/softplus.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "prenorm/base/random.h"
#include "prenorm/nn/initialization.h"

namespace prenorm::papers::benign_overfitting {
namespace {

at::Tensor normal_numbers(at::IntArrayRef sizes, std::string_view name, std::uint64_t seed) {
  at::Tensor numbers = at::zeros(sizes, at::kDouble);
  nn::normal(1)(numbers, RandomStream(mix_key({name_key(name), seed})));
  return numbers;
}

// Adds the signals of tokens 1, 2 and 3. Only the first two of the last dimension's coordinates are those of signals.
void add_signals(at::Tensor tokens, const at::Tensor& true_labels, const SelectionSetting& s) {
  for (std::int64_t n = 0; n < tokens.size(0); ++n) {
    const std::int64_t own = true_labels[n].item<double>() > 0 ? 0 : 1;
    tokens[n][0][own] += s.signal_norm;
    tokens[n][1][own] += s.rho * s.signal_norm;
    tokens[n][2][1 - own] += s.rho * s.signal_norm;
  }
}

at::Tensor alternating_labels(std::int64_t count) {
  at::Tensor labels = at::zeros({count}, at::kDouble);
  for (std::int64_t n = 0; n < count; ++n) labels[n] = n % 2 == 0 ? 1 : -1;
  return labels;
}

double mean_where(const at::Tensor& values, const at::Tensor& weight) {
  return ((values * weight).sum() / weight.sum()).item<double>();
}

// Fresh tokens act through x^T p and x^T nu. In an orthonormal basis that begins with the two signals, p has three
// coordinates that matter: its first two, and the norm of the rest.
class FreshTokens {
 public:
  explicit FreshTokens(const SelectionSetting& s)
      : tokens_(normal_numbers({s.test_samples, s.tokens, 3}, "fresh tokens", s.seed)),
        labels_(alternating_labels(s.test_samples)) {
    add_signals(tokens_, labels_, s);
  }
  double accuracy(const at::Tensor& p, const at::Tensor& nu) const {
    const at::Tensor seen = at::stack({p[0], p[1], p.narrow(0, 2, p.size(0) - 2).norm()});
    const at::Tensor attention = at::softmax(tokens_.matmul(seen), 1);
    const at::Tensor f = (attention * tokens_.narrow(2, 0, 2).matmul(nu.narrow(0, 0, 2))).sum(1);
    return (f * labels_).gt(0).to(at::kDouble).mean().item<double>();
  }

 private:
  at::Tensor tokens_, labels_;
};

}  // namespace

std::string name_of(const SelectionSetting& s) {
  return fmt::format(
      "token selection, d {}, T {}, n {}, test {}, signal {}, rho {}, flipped {}, rate {}, {} steps, "
      "every {}, seed {}",
      s.dimension, s.tokens, s.samples, s.test_samples, s.signal_norm, s.rho, s.flipped, s.rate, s.steps,
      s.record_every, s.seed);
}

SelectionData draw_selection(const SelectionSetting& s) {
  SelectionData data{normal_numbers({s.samples, s.tokens, s.dimension}, "tokens", s.seed),
                     alternating_labels(s.samples), at::zeros({s.samples}, at::kDouble)};
  add_signals(data.tokens, data.labels, s);
  const auto flipped = static_cast<std::int64_t>(std::ceil(s.flipped * static_cast<double>(s.samples)));
  data.labels.narrow(0, 0, flipped).neg_();
  data.clean.narrow(0, flipped, s.samples - flipped).fill_(1);
  return data;
}

at::Tensor selection_head(const SelectionSetting& s) {
  at::Tensor nu = at::zeros({s.dimension}, at::kDouble);
  nu[0] = 1 / (std::sqrt(2.0) * s.signal_norm);
  nu[1] = -nu[0];
  return nu;
}

SelectionLoss selection_loss(const at::Tensor& logits, const at::Tensor& scores, const at::Tensor& labels) {
  const at::Tensor attention = at::softmax(logits, 1), f = (attention * scores).sum(1), margins = labels * f;
  const at::Tensor by_f = -labels / (1 + margins.exp()) / static_cast<double>(labels.size(0));
  return {at::softplus(-margins).mean().item<double>(), margins, attention,
          by_f.unsqueeze(1) * attention * (scores - f.unsqueeze(1))};
}

// As in descent.h, the Gram matrix of the tokens is enough.
std::vector<SelectionState> train_selection(const SelectionSetting& s) {
  const SelectionData data = draw_selection(s);
  const FreshTokens fresh(s);
  const at::Tensor flat = data.tokens.view({s.samples * s.tokens, s.dimension}), gram = at::mm(flat, flat.t());
  const at::Tensor nu = selection_head(s), scores = data.tokens.matmul(nu), flipped = 1 - data.clean;
  at::Tensor logits = at::zeros_like(scores), sum = at::zeros({s.samples * s.tokens}, at::kDouble);
  std::vector<SelectionState> states;
  for (std::int64_t step = 0; step <= s.steps; ++step) {
    const SelectionLoss now = selection_loss(logits, scores, data.labels);
    if (step % s.record_every == 0) {
      const at::Tensor right = now.margins.gt(0).to(at::kDouble), signal = now.attention.select(1, 0);
      states.push_back({step, now.loss, mean_where(right, data.clean), mean_where(right, flipped),
                        fresh.accuracy(flat.t().matmul(sum) * -s.rate, nu), mean_where(signal, data.clean),
                        mean_where(signal, flipped)});
    }
    logits -= s.rate * gram.matmul(now.by_logit.view({-1})).view_as(logits);
    sum += now.by_logit.view({-1});
  }
  return states;
}

nlohmann::json to_json(const std::vector<SelectionState>& states) {
  auto list = nlohmann::json::array();
  for (const SelectionState& s : states)
    list.push_back({s.step, s.loss, s.clean_accuracy, s.flipped_accuracy, s.test_accuracy, s.clean_attention,
                    s.flipped_attention});
  return list;
}

std::vector<SelectionState> selection_states_from_json(const nlohmann::json& json) {
  std::vector<SelectionState> states;
  for (const auto& s : json) states.push_back({s[0], s[1], s[2], s[3], s[4], s[5], s[6]});
  return states;
}

}  // namespace prenorm::papers::benign_overfitting
