#include <algorithm>
#include <cmath>
#include <limits>

#include "prenorm/base/statistics.h"
#include "prenorm/papers/extremes.h"
#include "prenorm/papers/norm_only/checks.h"

namespace prenorm::papers::norm_only {
namespace {

using OutsideColumn = std::vector<double> OutsideStudy::Seed::*;

std::vector<double> over_seeds(const OutsideStudy& study, OutsideColumn member, std::size_t place) {
  std::vector<double> values;
  for (const OutsideStudy::Seed& seed : study.seeds) values.push_back((seed.*member).at(place));
  return values;
}

}  // namespace

void check_networks(const std::vector<NetworkCase>& cases, std::vector<Check>& checks) {
  std::vector<double> digits;
  for (const NetworkCase& c : cases) {
    const std::vector<std::pair<std::string, double>> setting = {{"d", static_cast<double>(c.width)},
                                                                 {"l", static_cast<double>(c.depth)}};
    checks.push_back({"network_error",
                      "theorem, case 1",
                      setting,
                      greatest(column(c.draws, &Draw::output_error)),
                      0,
                      {0, 1e-8},
                      "greatest relative error of outputs on 1000 points of the unit ball, all draws"});
    checks.push_back({"least_preactivation",
                      "construction",
                      setting,
                      least(column(c.draws, &Draw::least_activation)),
                      0,
                      {std::numeric_limits<double>::min(), std::numeric_limits<double>::infinity()},
                      "least hidden pre-activation on these points, all draws: above 0"});
    for (const Draw& draw : c.draws) digits.push_back(draw.float_error / draw.output_error);
  }
  constexpr double kEpsilons = 536870912;  // 2^-23 / 2^-52
  checks.push_back({"single_precision_loss",
                    "rounding",
                    {},
                    median(digits) / kEpsilons,
                    1,
                    {0.3, 3},
                    "error in single precision over that in double, over 2^29, the ratio of their epsilons; median"});
}

void check_outside(const OutsideStudy& study, std::vector<Check>& checks) {
  std::vector<double> differences, errors_on;
  for (std::size_t i = 0; i < study.norms.size(); ++i) {
    const double share = mean_of(over_seeds(study, &OutsideStudy::Seed::off_share, i));
    differences.push_back(share - expected_off_share(kMainWidth, study.norms[i]));
    errors_on.push_back(greatest(over_seeds(study, &OutsideStudy::Seed::error_on, i)));
  }
  // The directions of one draw of W1 cover the sphere unevenly: the share of a draw varies by 0.02.
  checks.push_back({"off_share",
                    "construction",
                    {},
                    farthest_from(0, differences),
                    0,
                    {-0.06, 0.06},
                    "share of inputs beyond the ball that switch a ReLU off, less the closed form; farthest by norm"});
  checks.push_back({"error_while_on",
                    "construction",
                    {},
                    greatest(errors_on),
                    0,
                    {0, 1e-8},
                    "greatest relative error of inputs of norm 1 to 3 that switch no ReLU off"});
  checks.push_back({"error_once_off",
                    "construction",
                    {{"norm", study.norms.back()}},
                    least(over_seeds(study, &OutsideStudy::Seed::error_off, study.norms.size() - 1)),
                    1,
                    {0.1, std::numeric_limits<double>::infinity()},
                    "mean relative error of inputs that switch some off, least of the seeds"});
}

void check_folding(const std::vector<double>& differences, std::vector<Check>& checks) {
  checks.push_back({"folded_difference",
                    "batch normalisation",
                    {},
                    greatest(differences),
                    0,
                    {0, 1e-9},
                    "relative difference of outputs with batch normalisation of arbitrary fixed statistics"});
}

}  // namespace prenorm::papers::norm_only
