// Figure 7: loss against the number of layers, and of steps of descent.
#include <fmt/format.h>

#include <array>
#include <cmath>

#include "prenorm/papers/icl_preconditioned_gd/models.h"
#include "prenorm/papers/icl_preconditioned_gd/ordering.h"
#include "prenorm/papers/icl_preconditioned_gd/parts.h"

namespace prenorm::papers::icl_preconditioned_gd {
namespace {

// The population optimum of each form at 1 to 4 layers, n = 20, as log loss; the order is that of kOrderedForms.
constexpr std::array<std::array<double, 4>, 4> kOptima{{{0.143, -2.86, -7.26, -13.9},
                                                        {0.143, -1.02, -2.02, -2.91},
                                                        {0.143, -0.70, -1.32, -1.82},
                                                        {0.81, 0.50, 0.33, 0.20}}};

std::vector<std::int64_t> depths(bool quick) {
  return quick ? std::vector<std::int64_t>{1, 2, 3} : std::vector<std::int64_t>{1, 2, 3, 4};
}

Figure depth_figure(const std::vector<std::int64_t>& layers, const std::vector<std::vector<FormLosses>>& losses) {
  Figure figure{"Loss against layers, n 20", "layers, or steps of descent", "test loss", false, true, {}, {}};
  for (std::size_t f = 0; f < kOrderedForms.size(); ++f) {
    const std::string form(kFormLabels.at(f).text);
    Curve measured{form, {}, {}}, optimum{form + ", optimum", {}, {}, /*theory=*/true};
    for (std::size_t i = 0; i < layers.size(); ++i) {
      double sum = 0;
      for (const FormLosses& seed : losses[i]) sum += seed.at(f);
      for (Curve* curve : {&measured, &optimum}) curve->x.push_back(static_cast<double>(layers[i]));
      measured.y.push_back(sum / static_cast<double>(losses[i].size()));
      optimum.y.push_back(std::exp(kOptima.at(f).at(static_cast<std::size_t>(layers[i] - 1))));
    }
    figure.curves.push_back(std::move(measured));
    figure.curves.push_back(std::move(optimum));
  }
  figure.note =
      "Means over seeds. Networks and steps were fitted on 20,000 prompts by BFGS; the loss is that on 100,000 others.";
  return figure;
}

// What steps after the first gain: plain descent is held up by the small eigenvalues of the covariance.
void check_gains(Results& results, const std::vector<std::int64_t>& layers,
                 const std::vector<std::vector<FormLosses>>& losses) {
  const auto last = static_cast<std::size_t>(layers.back() - 1);
  for (std::size_t s = 0; s < losses.front().size(); ++s) {
    const auto gain = [&](std::size_t f) { return std::log(losses.front()[s].at(f) / losses.back()[s].at(f)); };
    results.checks.push_back({"gd_gain_over_pgd_gain",
                              "Figure 7",
                              {{"layers", static_cast<double>(layers.back())}, {"seed", static_cast<double>(s + 1)}},
                              gain(3) / gain(2),
                              (kOptima[3][0] - kOptima[3].at(last)) / (kOptima[2][0] - kOptima[2].at(last)),
                              {0, 0.5},
                              "fall of the log loss of gradient descent from one step to this many, over that of "
                              "preconditioned gradient descent"});
  }
}

}  // namespace

std::vector<Check> depth_checks(std::int64_t layers, std::uint64_t seed, const FormLosses& losses) {
  std::vector<Check> checks;
  const auto at = static_cast<std::size_t>(layers - 1);
  for (std::size_t f = 0; f + 1 < kOrderedForms.size(); ++f) {
    const double predicted = std::exp(kOptima.at(f).at(at) - kOptima.at(f + 1).at(at)),
                 measured = losses.at(f) / losses.at(f + 1);
    const bool equal = layers == 1 && kOrderedForms.at(f + 1) != Form::kGd;
    checks.push_back(
        {fmt::format("{}_over_{}", kFormLabels.at(f).key, kFormLabels.at(f + 1).key),
         "Figure 7",
         {{"layers", static_cast<double>(layers)}, {"seed", static_cast<double>(seed)}},
         measured,
         predicted,
         equal ? Interval{0.98, 1.02} : Interval{0, 0.97},
         fmt::format("test loss of {} over that of {}", kFormLabels.at(f).text, kFormLabels.at(f + 1).text)});
  }
  return checks;
}

void add_losses_by_depth(Results& results, const ExperimentOptions& options, const Cells& cells) {
  const std::vector<std::int64_t> layers = depths(options.quick);
  std::vector<RecursionOptions> networks;
  for (auto l = layers.rbegin(); l != layers.rend(); ++l) networks.push_back({.layers = *l});
  const auto by_network = measure_forms("loss by depth", TrainingOfAAndB::kOneBatch, networks, options, cells);
  std::vector<std::vector<FormLosses>> losses(by_network.rbegin(), by_network.rend());
  for (std::size_t i = 0; i < layers.size(); ++i)
    for (std::size_t s = 0; s < losses[i].size(); ++s) {
      const std::vector<Check> checks = depth_checks(layers[i], s + 1, losses[i][s]);
      results.checks.insert(results.checks.end(), checks.begin(), checks.end());
    }
  check_gains(results, layers, losses);
  results.figures.push_back(depth_figure(layers, losses));
}

}  // namespace prenorm::papers::icl_preconditioned_gd
