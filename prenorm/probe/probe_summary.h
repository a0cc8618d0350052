// The summary of a probe's measurements: means over seeds with 95 % confidence intervals, their predictions, and
// exponents over depth and width.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "prenorm/base/statistics.h"
#include "prenorm/probe/predictions.h"
#include "prenorm/probe/probe.h"
#include "prenorm/probe/trainability.h"

namespace prenorm::probe {

// The W² gradient of a layer.
struct LayerGradient {
  Stack stack = Stack::kEncoder;
  std::int64_t layer = 0;  // from 0
  Estimate norm_of_mean, mean_of_norms;
  double over_last = 0;                           // norm_of_mean over that of the stack's last layer
  std::optional<Interval> predicted_over_last{};  // predict_gradient_profile() on the mean states
  std::optional<double> recursion_over_last{};    // predict_signal() from the mean states of the embeddings
};

struct StateSummary {
  std::string point;
  Estimate squared_norm_over_d;
  std::optional<Interval> predicted;                                                    // predict_states()
  double share_off_by_10_percent = 0, share_off_by_20_percent = 0, jacobian_scale = 0;  // means over seeds
  Estimate cosine{};  // of two tokens of a sequence; NaN if not known
  // predict_signal(), of the output of each sublayer.
  std::optional<double> recursion_squared_norm_over_d{}, recursion_cosine{};
};

struct ModelSummary {
  ModelConfig model;
  Estimate loss_nats_per_token;
  std::vector<LayerGradient> layers;
  std::vector<StateSummary> states;
  std::vector<StackVerdict> recursion_verdicts{};  // empty for a checkpoint
};

ModelSummary summarize(const ProbedModel& probed);

// The mean over seeds, as one measurement.
Measurement mean_measurement(const std::vector<Measurement>& seeds);
// The mean over seeds of a figure that all of them have.
template <class Figure>
Estimate over_seeds(const std::vector<Measurement>& seeds, const Figure& figure) {
  std::vector<double> values;
  values.reserve(seeds.size());
  for (const Measurement& m : seeds) values.push_back(figure(m));
  return estimate(values);
}

// How the last layer's W² gradient (mean of norms) depends on depth or width: y ∝ xᵇ, one line for each seed.
struct Fit {
  std::string_view against;  // "layers" or "d_model"
  NormPlacement placement;
  std::int64_t other = 0;  // the d_model or the number of layers that is kept constant
  Estimate exponent;
  // layers: 0 for post_ln; for pre_ln the measured exponent of 1/‖x_{L+1}‖. d_model: 1/2, since the gradient from the
  // loss does not grow with d; d √ln d of Theorem 1 is an upper bound.
  std::optional<double> predicted;

  static constexpr double kTolerance = 0.1;
  // Whether the mean is within the tolerance of the prediction.
  std::optional<bool> pass() const;
};

std::vector<Fit> fit_exponents(const Probe& probe);

// The last layer's gradient under pre_ln over that under post_ln, and its prediction, if both were measured.
struct Ratio {
  std::int64_t layers = 0, d_model = 0;
  double measured = 0, predicted = 0;
};
std::vector<Ratio> pre_over_post(const Probe& probe);

// The W² of the last layer that the output is computed from.
std::string last_w2(const ModelConfig& model);
// What the last LayerNorm of that stack reads: ‖x⁵‖²/d or ‖x_{L+1}‖²/d.
double last_state(const ModelConfig& model, const Measurement& measurement);

}  // namespace prenorm::probe
