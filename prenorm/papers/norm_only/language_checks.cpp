#include <algorithm>
#include <cmath>
#include <limits>

#include "prenorm/base/statistics.h"
#include "prenorm/papers/extremes.h"
#include "prenorm/papers/norm_only/checks.h"

namespace prenorm::papers::norm_only {
namespace {

// The losses of all widths and seeds.
std::vector<double> all_losses(const std::vector<LanguageWidth>& widths, Trained trained) {
  std::vector<double> all;
  for (const LanguageWidth& width : widths) {
    const std::vector<double> losses = losses_of(width, trained);
    all.insert(all.end(), losses.begin(), losses.end());
  }
  return all;
}

void check_order(const std::vector<LanguageWidth>& widths, Trained better, Trained worse, const std::string& name,
                 const std::string& what, std::vector<Check>& checks) {
  const SignTest test = sign_test(all_losses(widths, better), all_losses(widths, worse));
  checks.push_back({name, "real task", {}, test.held / test.pairs, 1, {1, 1}, what});
}

}  // namespace

void check_language(const std::vector<LanguageWidth>& widths, std::vector<Check>& checks) {
  check_order(widths, Trained::kAll, Trained::kNorms, "language_all_norms",
              "share of widths and seeds in which all weights give a smaller loss than the norms", checks);
  check_order(widths, Trained::kNorms, Trained::kRandom, "language_norms_random",
              "share of widths and seeds in which the norms give a smaller loss than as many other weights", checks);
  check_order(widths, Trained::kRandom, Trained::kNothing, "language_random_nothing",
              "share of widths and seeds in which random weights give a smaller loss than no training", checks);
  const SignTest order = sign_test(all_losses(widths, Trained::kNorms), all_losses(widths, Trained::kRandom));
  const double least_probability = std::exp2(-order.pairs);
  checks.push_back({"language_sign_test",
                    "real task",
                    {},
                    order.probability(),
                    least_probability,
                    {0, std::max(0.05, least_probability)},
                    "probability of so many smaller losses of the norms if both were as likely"});
  SignTest widening;
  for (std::size_t i = 1; i < widths.size(); ++i) {
    const SignTest step = sign_test(losses_of(widths[i], Trained::kNorms), losses_of(widths[i - 1], Trained::kNorms));
    widening.held += step.held;
    widening.pairs += step.pairs;
  }
  checks.push_back({"language_norms_by_width",
                    "accuracy grows with width",
                    {},
                    widening.held / widening.pairs,
                    1,
                    {1, 1},
                    "share of steps in width at which the loss of norms alone falls, all seeds"});
  std::vector<double> counts;
  for (const LanguageWidth& width : widths)
    for (std::size_t seed = 0; seed < width.outcomes.at(Trained::kNorms).size(); ++seed)
      counts.push_back(width.outcomes.at(Trained::kRandom)[seed].trained_parameters -
                       width.outcomes.at(Trained::kNorms)[seed].trained_parameters);
  checks.push_back({"language_equal_numbers",
                    "real task",
                    {},
                    farthest_from(0, counts),
                    0,
                    {0, 0},
                    "other weights trained less those of norms, farthest from 0"});
}

}  // namespace prenorm::papers::norm_only
