#include <cmath>
#include <numbers>

#include "prenorm/base/statistics.h"
#include "prenorm/papers/encoder_convergence/checks.h"
#include "prenorm/papers/encoder_convergence/seed_values.h"

namespace prenorm::papers::encoder_convergence {
namespace {

// The mean over seeds of the exponent of quantity(width, seed) in the width.
template <class Quantity>
double mean_exponent(const Setting& s, const Quantity& quantity) {
  const std::vector<double> width(s.widths.begin(), s.widths.end());
  double sum = 0;
  for (std::size_t seed = 0; seed < static_cast<std::size_t>(s.seeds); ++seed)
    sum += fit_exponent(width, values_of(s.widths, [&](std::int64_t w) { return quantity(w, seed); }));
  return sum / static_cast<double>(s.seeds);
}

Check query_movement_check(const std::vector<Runs>& runs, const Setting& s) {
  const auto movement = [&](AttentionScale scale, std::int64_t width, std::size_t seed) {
    return find_runs(runs, kLeCun, scale, width).seeds[seed].movement.query.back();
  };
  return {"query_movement_exponent",
          "scaling of attention",
          {},
          mean_exponent(s,
                        [&](std::int64_t width, std::size_t seed) {
                          return movement(kInverseRoot, width, seed) / movement(kInverse, width, seed);
                        }),
          0.5,
          {0.4, 0.7},
          "exponent in d_m of the movement of W_Q at tau_0 = d_m^(-1/2) over that at d_m^(-1), LeCun, mean"};
}

Check query_kernel_check(const std::vector<Runs>& runs, const Setting& s, AttentionScale scale) {
  const double predicted = scale == kInverse ? -1 : 0;
  return {"query_kernel_exponent",
          "scaling of attention",
          check_setting(scale),
          mean_exponent(s, [&](std::int64_t width,
                               std::size_t seed) { return find_runs(runs, kLeCun, scale, width).seeds[seed].query; }),
          predicted,
          around(predicted, 0.2),
          "exponent in d_m of the trace of K_Q at the start, LeCun, mean"};
}

// With uniform attention every token of a sample becomes their mean, of variance 1/d_s in each coordinate.
void check_kernel(const Runs& r, std::vector<Check>& checks) {
  const double gain = r.model.initialization == kHe ? 2 : 1;
  const auto width = static_cast<double>(r.model.width), tokens = static_cast<double>(kGaussianSize.tokens);
  const auto samples = static_cast<double>(kGaussianSize.samples), d = static_cast<double>(kGaussianSize.dimension);
  const auto add = [&](const char* name, double (*measured)(const Trained& t), double predicted, double tolerance,
                       const char* what) {
    checks.push_back({check_prefix(r.model.initialization) + name,
                      "closed form",
                      check_setting(r.model),
                      mean_of(values_of(r.seeds, measured)),
                      predicted,
                      {predicted * (1 - tolerance), predicted * (1 + tolerance)},
                      what});
  };
  const double output = gain * width / (2 * tokens), value = gain * d / (2 * tokens);
  add(
      "output_kernel", [](const Trained& t) { return t.output; }, output, 0.1, "mean diagonal of K_O, mean");
  add(
      "value_kernel", [](const Trained& t) { return t.value; }, value, 0.15, "mean diagonal of K_V, mean");
  // relu of independent directions: all pairs of samples share gain d_m / (2 pi d_s); the rest of the trace is spread.
  const double common = gain * width / (2 * std::numbers::pi * tokens);
  add(
      "greatest_eigenvalue", [](const Trained& t) { return t.greatest; }, samples * common + output + value - common,
      0.15, "the greatest eigenvalue of K(0), mean");
}

}  // namespace

void check_scales(const std::vector<Runs>& runs, const Setting& s, std::vector<Check>& checks) {
  checks.push_back(query_movement_check(runs, s));
  for (const AttentionScale scale : {kInverseRoot, kInverse}) checks.push_back(query_kernel_check(runs, s, scale));
  for (const Initialization initialization : s.initializations)
    check_kernel(find_runs(runs, initialization, kInverse, s.widths.back()), checks);
}

}  // namespace prenorm::papers::encoder_convergence
