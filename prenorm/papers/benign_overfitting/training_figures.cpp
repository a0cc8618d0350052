#include <fmt/format.h>

#include <cmath>

#include "prenorm/papers/benign_overfitting/figures.h"
#include "prenorm/papers/benign_overfitting/traces.h"

namespace prenorm::papers::benign_overfitting {
namespace {

Curve curve_of(const std::string& name, const std::vector<State>& trace, Quantity quantity) {
  Curve curve{name, {}, {}};
  for (const State& state : trace) {
    if (state.step == 0) continue;  // steps have a logarithmic axis
    curve.x.push_back(static_cast<double>(state.step));
    curve.y.push_back(state.*quantity);
  }
  return curve;
}

void add_regime_figures(const std::vector<State>& trace, const std::string& regime, Results& results) {
  const std::string note = "Seed 1, N = 32, M = 4, d = 2048.";
  results.figures.push_back(
      {"Attention weights, " + regime,
       "step",
       "mean weight",
       true,
       false,
       {curve_of("signal to signal", trace, &State::attention_signal),
        curve_of("noise to signal", trace, &State::attention_noise), curve_of("training loss", trace, &State::loss)},
       note});
  results.figures.push_back(
      {"Scores, " + regime,
       "step",
       "x^T W_V w_O",
       true,
       false,
       {curve_of("V_+", trace, &State::score_positive), curve_of("V_-", trace, &State::score_negative),
        curve_of("mean y V_{n,i}", trace, &State::score_noise)},
       note});
}

std::vector<double> times_at(const std::vector<std::vector<double>>& times, std::size_t stop) {
  std::vector<double> at;
  for (const auto& run : times) at.push_back(run[stop]);
  return at;
}

// A power of x through the first point.
Curve power_curve(const std::string& name, const std::vector<double>& x, const std::vector<double>& y,
                  double exponent) {
  Curve curve{name, x, {}, /*theory=*/true};
  for (const double value : x) curve.y.push_back(y[0] * std::pow(value / x[0], exponent));
  return curve;
}

}  // namespace

void add_phase_figures(const PhaseStudy& study, Results& results) {
  add_regime_figures(study.benign.at(0).trace, "benign: N SNR^2 = 72", results);
  add_regime_figures(study.harmful.at(0).trace, "harmful: N SNR^2 = 0.2", results);
}

void add_stopping_figures(const StoppingStudy& s, Results& results) {
  const std::string y_label = "rate times steps";
  Figure by_samples{
      "Training time in the harmful regime, N SNR^2 = 0.1", "N", y_label, true, true, {}, "Dashed: proportional to N."};
  Figure by_snr{"Training time in the benign regime, N = 32",
                "SNR",
                y_label,
                true,
                true,
                {},
                "To the training loss 0.01. Dashed: proportional to 1/SNR^2."};
  for (std::size_t stop = 0; stop < s.losses.size(); ++stop) {
    by_samples.curves.push_back(
        {fmt::format("to the loss {:g}", s.losses[stop]), s.samples, times_at(s.harmful, stop)});
    by_samples.curves.push_back(power_curve("law", s.samples, by_samples.curves.back().y, 1));
    if (s.losses[stop] != kStop) continue;
    by_snr.curves.push_back({"attention trained", s.snr, times_at(s.benign, stop)});
    by_snr.curves.push_back({"uniform attention", s.snr, times_at(s.uniform, stop)});
    by_snr.curves.push_back(power_curve("law", s.snr, by_snr.curves.back().y, -2));
  }
  results.figures.push_back(by_samples);
  results.figures.push_back(by_snr);
}

}  // namespace prenorm::papers::benign_overfitting
