#include "prenorm/papers/benign_overfitting/checks.h"
#include "prenorm/papers/benign_overfitting/theory.h"

namespace prenorm::papers::benign_overfitting {
namespace {

std::vector<std::pair<std::string, double>> setting_of(const CriticalSetting& s) {
  return {{"C_p", s.data.strong_noise}, {"M", static_cast<double>(s.data.patches)}, {"stop", s.stop}};
}

// Attention that is trained moves the boundary, which the closed form does not know of; uniform attention does not.
Check over_formula_check(const CriticalPoint& point, const std::string& name, Interval accepted) {
  return {name,
          "formula (1)",
          setting_of(point.setting),
          point.over_formula(),
          1,
          accepted,
          "critical N SNR^2 over the closed form, N = 32, mean over seeds"};
}

Check growth_check(const std::string& name, const CriticalPoint& from, const CriticalPoint& to, Interval accepted,
                   const std::string& what) {
  return {name,     "formula (1)", {}, to.product / from.product, to.setting.predicted() / from.setting.predicted(),
          accepted, what};
}

void check_growth(const CriticalStudy& s, std::vector<Check>& checks) {
  checks.push_back(growth_check("critical_growth_with_stop", s.stops[0], s.stops[2], {2.5, 6},
                                "critical N SNR^2 for the stop 0.1 over that for 0.01"));
  checks.push_back(growth_check("uniform_critical_growth_with_stop", s.uniform_stops[0], s.uniform_stops[2], {3.4, 5},
                                "the same with uniform attention"));
  checks.push_back(growth_check("critical_growth_with_patches", s.patches[0], s.patches[2], {2, 14},
                                "critical N SNR^2 for M = 8 over that for M = 2"));
  checks.push_back(growth_check("uniform_critical_growth_with_patches", s.uniform_patches[0], s.uniform_patches[2],
                                {5.8, 8.4}, "the same with uniform attention"));
}

}  // namespace

void check_critical(const CriticalStudy& s, std::vector<Check>& checks) {
  for (const CriticalPoint& point : s.patches) checks.push_back(over_formula_check(point, "critical", {0.5, 2}));
  checks.push_back(over_formula_check(s.stops[1], "critical", {0.5, 2}));
  checks.push_back(over_formula_check(s.stops[2], "critical", {0.5, 2}));
  const Interval near = {0.8, 1.25};
  for (const CriticalPoint& p : s.uniform_patches) checks.push_back(over_formula_check(p, "uniform_critical", near));
  for (std::size_t i = 1; i < 3; ++i)
    checks.push_back(over_formula_check(s.uniform_stops[i], "uniform_critical", near));
  for (std::size_t i = 1; i < 3; ++i)
    checks.push_back(over_formula_check(s.uniform_strong[i], "uniform_critical", near));
  check_growth(s, checks);
  checks.push_back({"strong_noise_attention",
                    "section 3",
                    {},
                    s.strong[2].product / s.uniform_strong[2].product,
                    2,
                    {1.3, 2.5},
                    "critical N SNR^2 at C_p = 3 with trained attention over that with uniform attention"});
  checks.push_back({"critical_at_a_quarter_of_the_rate",
                    "section 3",
                    {},
                    s.slow.product / s.stops[0].product,
                    1,
                    {0.95, 1.05},
                    "critical N SNR^2 at a quarter of the rate over that at the rate"});
  checks.push_back({"critical_at_a_quarter_of_the_dimension",
                    "Theorem 1",
                    {},
                    s.low_dimension.product / s.stops[0].product,
                    1,
                    {0.8, 1.25},
                    "critical N SNR^2 with d = 512 over that with d = 2048"});
  for (const ErrorPoint& point : s.uniform_errors) {
    const double predicted = fresh_error(point.data);
    checks.push_back({"uniform_test_error",
                      "formula (2)",
                      {{"d", static_cast<double>(point.data.dimension)}},
                      point.error,
                      predicted,
                      {predicted - 0.05, predicted + 0.05},
                      "share of fresh samples with the wrong sign at N SNR^2 = 1, N = 32, uniform attention"});
  }
}

}  // namespace prenorm::papers::benign_overfitting
