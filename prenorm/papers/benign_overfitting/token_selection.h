// The model of Sakamoto and Sato 2024 (arXiv 2409.17625), a neighbour of Jiang et al. 2024 whose code and settings are
// public: f(X) = nu^T X^T softmax(X p) with a fixed nu, of which descent trains only p, on labels of which a part is
// flipped.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace prenorm::papers::benign_overfitting {

// The defaults are those of the public code. Token 1 is mu_+ or mu_- plus noise, token 2 rho times that signal, token 3
// rho times the other one; all noise is N(0, I). nu is (mu_+ - mu_-) of norm 1/|mu|, and p starts at 0.
struct SelectionSetting {
  std::int64_t dimension = 2000, tokens = 8, samples = 20, test_samples = 1000;
  double signal_norm = 20, rho = 0.1, flipped = 0.2;
  double rate = 5e-3;
  std::int64_t steps = 1000, record_every = 10;
  std::uint64_t seed = 1;
};
std::string name_of(const SelectionSetting& setting);

// True labels alternate. Those of the first samples, ceil(flipped n) of them, are flipped: half of each kind.
struct SelectionData {
  at::Tensor tokens;         // [n, T, d]
  at::Tensor labels, clean;  // [n]: +-1; 1 for labels that are not flipped
};
SelectionData draw_selection(const SelectionSetting& setting);
at::Tensor selection_head(const SelectionSetting& setting);  // nu [d]

// The mean logistic loss of samples from X p and X nu, both [n, T], with its gradient by X p.
struct SelectionLoss {
  double loss = 0;
  at::Tensor margins, attention, by_logit;  // [n], [n, T], [n, T]
};
SelectionLoss selection_loss(const at::Tensor& logits, const at::Tensor& scores, const at::Tensor& labels);

// A point of a training. Accuracies on training samples count flipped labels as right; those on fresh samples do not.
struct SelectionState {
  std::int64_t step = 0;
  double loss = 0, clean_accuracy = 0, flipped_accuracy = 0;  // of training samples
  double test_accuracy = 0;
  double clean_attention = 0, flipped_attention = 0;  // mean attention to token 1
};
nlohmann::json to_json(const std::vector<SelectionState>& states);
std::vector<SelectionState> selection_states_from_json(const nlohmann::json& json);

std::vector<SelectionState> train_selection(const SelectionSetting& setting);

}  // namespace prenorm::papers::benign_overfitting
