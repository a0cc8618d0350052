#include <fmt/format.h>
#include <cmath>

#include "prenorm/base/statistics.h"
#include "prenorm/papers/encoder_convergence/figures.h"
#include "prenorm/papers/encoder_convergence/seed_values.h"

namespace prenorm::papers::encoder_convergence {
namespace {

std::vector<double> mean_over_seeds(const std::vector<std::vector<double>>& seeds) {
  std::vector<double> means;
  for (std::size_t i = 0; i < seeds[0].size(); ++i)
    means.push_back(mean_of(values_of(seeds, [&](const std::vector<double>& mine) { return mine[i]; })));
  return means;
}

}  // namespace

void add_critical_width_figure(const std::vector<CriticalWidths>& widths, Results& results) {
  Figure figure{"Smallest width with linear convergence against N",
                "N",
                "d_m",
                true,
                true,
                {},
                "Mean over seeds, d = 20. Dashed, through the first point of d_m^(-1/2): N^2 and N^3, which are "
                "proved to suffice, and log N, which a later theorem claims."};
  for (const CriticalWidths& w : widths)
    figure.curves.push_back({fmt::format("tau_0 = {}", name_of(w.scale)), w.samples, mean_over_seeds(w.widths)});
  const std::vector<double> n = widths[0].samples;
  const double first = figure.curves[0].y[0];
  const auto add = [&](const char* name, const auto& growth) {
    figure.curves.push_back(
        {name, n, values_of(n, [&](double x) { return first * growth(x) / growth(n[0]); }), /*theory=*/true});
  };
  add("log N", [](double x) { return std::log(x); });
  add("N^2", [](double x) { return x * x; });
  add("N^3", [](double x) { return x * x * x; });
  results.figures.push_back(figure);
}

void add_step_figure(const std::vector<StepSizes>& sizes, Results& results) {
  Figure figure{"Largest stable step against width",
                "d_m",
                "step",
                true,
                true,
                {},
                "Mean over seeds. Dashed: 2 / the greatest eigenvalue of K(0), for LeCun and He."};
  for (const StepSizes& s : sizes) {
    const std::string name = fmt::format("{}, {}", name_of(s.initialization), name_of(s.scale));
    figure.curves.push_back({name, s.width, mean_over_seeds(s.step)});
    if (s.initialization == kNtk) continue;
    figure.curves.push_back({name + ", theory", s.width,
                             values_of(mean_over_seeds(s.greatest), [](double greatest) { return 2 / greatest; }),
                             /*theory=*/true});
  }
  results.figures.push_back(figure);
}

void add_text_figure(const TextCorrelation& correlation, Results& results) {
  const TextCorrelation::Tail tail = correlation.tail(50);
  const double exponent = correlation.exponent();
  Figure figure{"Correlation of the first 20 words of two texts",
                "t: correlation over its mean",
                "-ln P(correlation >= t)",
                true,
                true,
                {},
                "Dashed: t^c with the c of the check, a bound from below."};
  figure.curves.push_back({"texts", tail.t, tail.minus_log_probability});
  figure.curves.push_back({fmt::format("t^{:.2f}", exponent), tail.t,
                           values_of(tail.t, [&](double t) { return std::pow(t, exponent); }),
                           /*theory=*/true});
  results.figures.push_back(figure);
}

}  // namespace prenorm::papers::encoder_convergence
