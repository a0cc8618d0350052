#include "prenorm/papers/benign_overfitting/checks.h"
#include "prenorm/papers/benign_overfitting/theory.h"

namespace prenorm::papers::benign_overfitting {
namespace {

constexpr Interval kWithinTwo = {0.5, 2};          // attention that is trained moves the boundary
constexpr Interval kWithinAQuarter = {0.8, 1.25};  // the closed form is for uniform attention

Check over_formula_check(const std::string& name, const CriticalPoint& point, Interval accepted) {
  const CriticalSetting& s = point.setting;
  return {name,
          "derived (2)",
          {{"C_p", s.data.strong_noise}, {"M", static_cast<double>(s.data.patches)}, {"stop", s.stop}},
          point.over_formula(),
          1,
          accepted,
          "critical N SNR^2 over the closed form, N = 32, mean over seeds"};
}

// The first point of the stops and of the strong noise is one of the patches.
void check_formula(const CriticalStudy& s, std::vector<Check>& checks) {
  for (const CriticalPoint& p : s.patches) checks.push_back(over_formula_check("critical", p, kWithinTwo));
  for (std::size_t i = 1; i < s.stops.size(); ++i)
    checks.push_back(over_formula_check("critical", s.stops[i], kWithinTwo));
  for (const CriticalPoint& p : s.uniform_patches)
    checks.push_back(over_formula_check("uniform_critical", p, kWithinAQuarter));
  for (const auto* points : {&s.uniform_stops, &s.uniform_strong})
    for (std::size_t i = 1; i < points->size(); ++i)
      checks.push_back(over_formula_check("uniform_critical", (*points)[i], kWithinAQuarter));
}

void check_ratios(const CriticalStudy& s, std::vector<Check>& checks) {
  const auto add = [&](const std::string& name, const std::string& source, const CriticalPoint& over,
                       const CriticalPoint& under, double predicted, Interval accepted, const std::string& what) {
    checks.push_back({name, source, {}, over.product / under.product, predicted, accepted, what});
  };
  const double by_stop = s.stops[2].setting.predicted() / s.stops[0].setting.predicted();
  const double by_patches = s.patches[2].setting.predicted() / s.patches[0].setting.predicted();
  add("critical_growth_with_stop", "derived (2)", s.stops[2], s.stops[0], by_stop, {2.5, 6},
      "critical N SNR^2 for the stop 0.1 over that for 0.01");
  add("uniform_critical_growth_with_stop", "derived (2)", s.uniform_stops[2], s.uniform_stops[0], by_stop, {3.4, 5},
      "the same with uniform attention");
  add("critical_growth_with_patches", "derived (2)", s.patches[2], s.patches[0], by_patches, {2, 14},
      "critical N SNR^2 for M = 8 over that for M = 2");
  add("uniform_critical_growth_with_patches", "derived (2)", s.uniform_patches[2], s.uniform_patches[0], by_patches,
      {5.8, 8.4}, "the same with uniform attention");
  add("strong_noise_attention", "calibration", s.strong[2], s.uniform_strong[2], 2, {1.3, 2.5},
      "critical N SNR^2 at C_p = 3 with trained attention over that with uniform attention");
  add("critical_at_a_quarter_of_the_rate", "gradient descent", s.slow, s.stops[0], 1, {0.95, 1.05},
      "critical N SNR^2 at a quarter of the rate over that at the rate");
  add("critical_at_a_quarter_of_the_dimension", "definition of SNR", s.low_dimension, s.stops[0], 1, {0.8, 1.25},
      "critical N SNR^2 with d = 512 over that with d = 2048");
}

void check_errors(const CriticalStudy& s, std::vector<Check>& checks) {
  for (const ErrorPoint& point : s.uniform_errors) {
    const double predicted = fresh_error(point.data);
    checks.push_back({"uniform_test_error",
                      "derived (3)",
                      {{"d", static_cast<double>(point.data.dimension)}},
                      point.error,
                      predicted,
                      around(predicted, 0.05),
                      "share of fresh samples with the wrong sign at N SNR^2 = 1, N = 32, uniform attention"});
  }
}

}  // namespace

void check_critical(const CriticalStudy& study, std::vector<Check>& checks) {
  check_formula(study, checks);
  check_ratios(study, checks);
  check_errors(study, checks);
}

}  // namespace prenorm::papers::benign_overfitting
