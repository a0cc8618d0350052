#include <fmt/format.h>

#include <limits>

#include "prenorm/base/statistics.h"
#include "prenorm/papers/noise_scale/analysis.h"
#include "prenorm/papers/noise_scale/checks.h"

namespace prenorm::papers::noise_scale {
namespace {

std::string_view title(NormPlacement placement) { return placement == NormPlacement::kPreLn ? "Pre-LN" : "Post-LN"; }

std::vector<double> thousands(const std::vector<double>& tokens) {
  std::vector<double> values;
  for (const double t : tokens) values.push_back(t / 1000);
  return values;
}

std::vector<double> of_seeds(const std::vector<TrainedModel>& models, NormPlacement placement,
                             double Prediction::*member) {
  std::vector<double> values;
  for (const TrainedModel& m : models)
    if (m.model.placement == placement) values.push_back(predict_total(m.series).*member);
  return values;
}

std::string interval_text(const std::vector<double>& values) {
  const Estimate e = estimate(values);
  if (e.count < 2) return fmt::format("{:.3g} (one seed)", e.mean);
  return fmt::format("{:.3g} (95 %: {:.3g} to {:.3g}, {} seeds)", e.mean, e.low(), e.high(), e.count);
}

}  // namespace

void add_regression_figure(const std::vector<RegressionCase>& cases, Results& results) {
  Figure figure{"Noise scale of a linear regression from ever more batches",
                "batches",
                "noise scale, examples",
                true,
                true,
                {},
                "Ratios of the means over all batches so far. Dashed: the closed form."};
  for (const RegressionCase& c : cases) {
    Curve curve{fmt::format("{} examples, from gradients of {}", c.big, c.small), {}, {}};
    Moments sum;
    for (std::size_t i = 0, next = 16; i < c.series.size(); ++i) {
      sum += c.series[i];
      if (i + 1 < next && i + 1 < c.series.size()) continue;
      next += next / 4;
      curve.x.push_back(static_cast<double>(i + 1));
      curve.y.push_back(sum.gradient_square > 0 ? ratio(sum) : std::numeric_limits<double>::quiet_NaN());
    }
    figure.curves.push_back(curve);
  }
  const std::vector<double>& x = figure.curves.back().x;
  figure.curves.push_back(
      {"closed form", x, std::vector<double>(x.size(), ratio(Regression{}.exact())), /*theory=*/true});
  results.figures.push_back(figure);
}

void add_training_figures(const std::vector<TrainedModel>& models, Results& results) {
  Figure over_tokens{"Noise scale in training",
                     "thousand characters",
                     "noise scale, sequences",
                     false,
                     true,
                     {},
                     "Running means over about 40 updates, seed 1."};
  Figure against{"All weights against the norms",
                 "noise scale of the norms",
                 "noise scale of all weights",
                 true,
                 true,
                 {},
                 "Every update of seed 1 after the first tenth."};
  for (const TrainedModel& m : models) {
    if (m.model.seed != 1) continue;
    const std::string name(title(m.model.placement));
    const std::vector<double> norms = ratios(smoothed(m.series.norms, kSmoothing));
    const std::vector<double> total = ratios(smoothed(m.series.total(), kSmoothing));
    const std::vector<double> tokens = thousands(m.series.tokens);
    over_tokens.curves.push_back({name + ", norms", tokens, norms});
    over_tokens.curves.push_back({name + ", all weights", tokens, total});
    const auto first = static_cast<std::ptrdiff_t>(norms.size() / 10);
    against.curves.push_back({name, {norms.begin() + first, norms.end()}, {total.begin() + first, total.end()}});
  }
  results.figures.push_back(over_tokens);
  results.figures.push_back(against);
}

void add_prediction_notes(const std::vector<TrainedModel>& models, Results& results) {
  for (const NormPlacement placement : {NormPlacement::kPreLn, NormPlacement::kPostLn}) {
    const auto text = [&](double Prediction::*member) { return interval_text(of_seeds(models, placement, member)); };
    results.notes.push_back(
        fmt::format("{}: slope of the total on the norms {}, correlation {}, of logarithms without "
                    "trend {}.",
                    title(placement), text(&Prediction::slope), text(&Prediction::correlation),
                    text(&Prediction::log_correlation_without_trend)));
  }
  for (const TrainedModel& m : models) {
    if (m.branches.empty()) continue;
    std::string line = fmt::format("Seed {}, noise scale of branches:", m.model.seed);
    for (const Branch& b : m.branches) line += fmt::format(" {} {:.3g};", b.name, b.noise_scale);
    line.back() = '.';
    results.notes.push_back(line);
  }
}

void add_ramp_figure(const std::vector<RampPair>& pairs, double stretch, Results& results) {
  Figure figure{"A growing batch against a fixed one",
                "thousand characters",
                "loss, nats per character",
                false,
                false,
                {},
                "8 to 64 sequences, linear in tokens, against 64; the rate is the same function of tokens. Seed 1."};
  const LossCurve fixed = loss_curve(pairs[0].fixed, stretch), ramp = loss_curve(pairs[0].ramp, stretch);
  figure.curves.push_back({"64 sequences", thousands(fixed.tokens), fixed.loss});
  figure.curves.push_back({"8 to 64 sequences", thousands(ramp.tokens), ramp.loss});
  results.figures.push_back(figure);
  std::vector<double> savings;
  for (const RampPair& pair : pairs) savings.push_back(100 * saving_of(pair, stretch).share_saved);
  results.notes.push_back("Tokens that the ramp saves, in percent: " + interval_text(savings) + ".");
}

}  // namespace prenorm::papers::noise_scale
