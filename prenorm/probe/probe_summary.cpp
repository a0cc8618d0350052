#include "prenorm/probe/probe_summary.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

namespace prenorm::probe {
namespace {

std::vector<LayerGradient> layer_gradients(const ProbedModel& probed, const Measurement& mean,
                                           const std::vector<StackSignal>& signals) {
  std::vector<LayerGradient> all;
  for (const Stack stack : kStacks) {
    const std::int64_t layers = layers_of(probed.model, stack);
    if (layers == 0) continue;
    std::vector<Interval> predicted;
    if (!probed.trained) predicted = predict_gradient_profile(probed.model, stack, mean);
    const auto signal =
        std::find_if(signals.begin(), signals.end(), [&](const StackSignal& s) { return s.stack == stack; });
    const double last = mean.gradient(w2_of(stack, layers - 1)).norm_of_mean;
    for (std::int64_t l = 0; l < layers; ++l) {
      const std::string name = w2_of(stack, l);
      LayerGradient& g = all.emplace_back();
      g.stack = stack;
      g.layer = l;
      g.norm_of_mean = over_seeds(probed.seeds, [&](const auto& m) { return m.gradient(name).norm_of_mean; });
      g.mean_of_norms = over_seeds(probed.seeds, [&](const auto& m) { return m.gradient(name).mean_of_norms; });
      g.over_last = g.norm_of_mean.mean / last;
      if (!predicted.empty()) g.predicted_over_last = predicted[static_cast<std::size_t>(l)];
      if (signal != signals.end()) g.recursion_over_last = signal->gradient_profile[static_cast<std::size_t>(l)];
    }
  }
  return all;
}

// What enters a stack: the embeddings, or in the simplified setting inputs of squared norm d.
double input_of(const Measurement& mean, Stack stack) {
  const std::string_view point = stack == Stack::kEncoder ? "source_positions" : "target_positions";
  for (const StateFigures& s : mean.states)
    if (s.point == point || s.point == "positions") return s.squared_norm_over_d;
  return 1;
}

std::map<std::string, Interval> predicted_states(const ModelConfig& model, const Measurement& mean) {
  std::map<std::string, Interval> predicted;
  Interval memory{1, 1};
  for (const Stack stack : kStacks) {
    const bool looks = stack == Stack::kEncoder || has_cross_attention(mean, stack);
    const auto states =
        predict_states(model, stack, input_of(mean, stack), looks ? std::optional(memory) : std::nullopt);
    for (const PredictedState& p : states) predicted.emplace(p.point, p.squared_norm_over_d);
    if (traits_of(model).ends_without_norm() && !states.empty()) memory = states.back().squared_norm_over_d;
  }
  return predicted;
}

// The outputs of sublayers, by the names of their points.
std::map<std::string, SignalState> recursion_states(const std::vector<StackSignal>& signals) {
  std::map<std::string, SignalState> states;
  for (const StackSignal& signal : signals)
    for (std::size_t i = 0; i < signal.names.size(); ++i)
      states.emplace(signal.names[i] + ".output", signal.sublayers[i].output);
  return states;
}

StateSummary state_summary(const std::vector<Measurement>& seeds, const StateFigures& mean, std::size_t i,
                           const std::map<std::string, Interval>& predicted,
                           const std::map<std::string, SignalState>& recursion) {
  StateSummary summary{mean.point,
                       over_seeds(seeds, [&](const auto& m) { return m.states[i].squared_norm_over_d; }),
                       {},
                       mean.share_off_by_10_percent,
                       mean.share_off_by_20_percent,
                       mean.jacobian_scale,
                       over_seeds(seeds, [&](const auto& m) { return m.states[i].cosine; })};
  if (const auto found = predicted.find(mean.point); found != predicted.end()) summary.predicted = found->second;
  if (const auto found = recursion.find(mean.point); found != recursion.end()) {
    summary.recursion_squared_norm_over_d = found->second.own;
    summary.recursion_cosine = found->second.cosine();
  }
  return summary;
}

// Models that differ in only one number, that number, and what each seed measured.
struct Curve {
  std::vector<double> x;
  std::vector<const ProbedModel*> models;
};

double last_gradient(const ProbedModel& probed, std::size_t seed) {
  return probed.seeds[seed].gradient(last_w2(probed.model)).mean_of_norms;
}

Estimate exponent_of(const Curve& curve) {
  std::vector<double> exponents;
  for (std::size_t seed = 0; seed < curve.models.front()->seeds.size(); ++seed) {
    std::vector<double> y;
    for (const ProbedModel* model : curve.models) y.push_back(last_gradient(*model, seed));
    exponents.push_back(fit_exponent(curve.x, y));
  }
  return estimate(exponents);
}

std::optional<double> predicted_depth_exponent(const Curve& curve) {
  const PlacementTraits traits = traits_of(curve.models.front()->model);
  if (!traits.predicts(Theory::kTheorem1)) return std::nullopt;
  if (traits.norm_after) return 0.0;
  std::vector<double> inverse_lengths;
  for (const ProbedModel* probed : curve.models)
    inverse_lengths.push_back(1 / std::sqrt(last_state(probed->model, mean_measurement(probed->seeds))));
  return fit_exponent(curve.x, inverse_lengths);
}

std::optional<double> predicted_width_exponent(const Curve& curve) {
  if (!traits_of(curve.models.front()->model).predicts(Theory::kTheorem1)) return std::nullopt;
  return 0.5;
}

// Whether Theorem 1 is about the model, and as which of its two placements.
bool is_theorem_1(const ModelConfig& model, bool norm_after) {
  const PlacementTraits traits = traits_of(model);
  return traits.predicts(Theory::kTheorem1) && traits.norm_after == norm_after;
}

template <class Add>
void add_fits(std::vector<Fit>& fits, const Probe& probe, std::string_view against, const Add& predicted) {
  const bool depth = against == "layers";
  std::map<std::tuple<NormPlacement, std::int64_t>, Curve> curves;
  for (const ProbedModel& m : probe.models) {
    Curve& curve = curves[{m.model.norm_placement, depth ? m.model.d_model : output_layers(m.model)}];
    curve.x.push_back(static_cast<double>(depth ? output_layers(m.model) : m.model.d_model));
    curve.models.push_back(&m);
  }
  for (const auto& [key, curve] : curves)
    if (curve.x.size() > 1)
      fits.push_back({against, std::get<0>(key), std::get<1>(key), exponent_of(curve), predicted(curve)});
}

}  // namespace

Measurement mean_measurement(const std::vector<Measurement>& seeds) {
  Measurement mean = seeds.front();
  const auto average = [&](auto list, auto field) {
    for (std::size_t i = 0; i < (mean.*list).size(); ++i) {
      double sum = 0;
      for (const Measurement& m : seeds) sum += (m.*list)[i].*field;
      (mean.*list)[i].*field = sum / static_cast<double>(seeds.size());
    }
  };
  average(&Measurement::gradients, &GradientNorms::norm_of_mean);
  average(&Measurement::gradients, &GradientNorms::mean_of_norms);
  average(&Measurement::states, &StateFigures::squared_norm_over_d);
  average(&Measurement::states, &StateFigures::share_off_by_10_percent);
  average(&Measurement::states, &StateFigures::share_off_by_20_percent);
  average(&Measurement::states, &StateFigures::jacobian_scale);
  average(&Measurement::states, &StateFigures::variance);
  average(&Measurement::states, &StateFigures::cosine);
  average(&Measurement::states, &StateFigures::cosine_of_others);
  average(&Measurement::attention, &AttentionFigures::entropy_over_uniform);
  return mean;
}

std::string last_w2(const ModelConfig& model) { return w2_of(output_stack(model), output_layers(model) - 1); }

double last_state(const ModelConfig& model, const Measurement& m) {
  return m.state(state_of(model, output_stack(model), output_layers(model) - 1)).squared_norm_over_d;
}

ModelSummary summarize(const ProbedModel& probed) {
  const Measurement mean = mean_measurement(probed.seeds);
  std::vector<StackSignal> signals;
  if (!probed.trained) signals = predict_signal(probed.model, stack_starts(probed.model, mean));
  ModelSummary summary{probed.model,
                       over_seeds(probed.seeds, [](const auto& m) { return m.loss_nats_per_token; }),
                       layer_gradients(probed, mean, signals),
                       {},
                       verdicts_on(signals)};
  std::map<std::string, Interval> predicted;
  if (!probed.trained) predicted = predicted_states(probed.model, mean);
  const std::map<std::string, SignalState> recursion = recursion_states(signals);
  for (std::size_t i = 0; i < mean.states.size(); ++i)
    summary.states.push_back(state_summary(probed.seeds, mean.states[i], i, predicted, recursion));
  return summary;
}

std::optional<bool> Fit::pass() const {
  if (!predicted) return std::nullopt;
  return std::abs(exponent.mean - *predicted) <= kTolerance;
}

std::vector<Fit> fit_exponents(const Probe& probe) {
  std::vector<Fit> fits;
  add_fits(fits, probe, "layers", predicted_depth_exponent);
  add_fits(fits, probe, "d_model", predicted_width_exponent);
  return fits;
}

std::vector<Ratio> pre_over_post(const Probe& probe) {
  std::vector<Ratio> ratios;
  for (const ProbedModel& pre : probe.models)
    for (const ProbedModel& post : probe.models) {
      if (!is_theorem_1(pre.model, /*norm_after=*/false) || !is_theorem_1(post.model, /*norm_after=*/true) ||
          output_layers(pre.model) != output_layers(post.model) || pre.model.d_model != post.model.d_model)
        continue;
      const Measurement mean_pre = mean_measurement(pre.seeds), mean_post = mean_measurement(post.seeds);
      const std::string w2 = last_w2(pre.model);
      ratios.push_back({output_layers(pre.model), pre.model.d_model,
                        mean_pre.gradient(w2).mean_of_norms / mean_post.gradient(w2).mean_of_norms,
                        last_layer_pre_over_post(last_state(post.model, mean_post), last_state(pre.model, mean_pre))});
    }
  return ratios;
}

}  // namespace prenorm::probe
