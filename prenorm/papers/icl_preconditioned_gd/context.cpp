// Figure 6: loss against the number of examples in the context.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "prenorm/papers/icl_preconditioned_gd/models.h"
#include "prenorm/papers/icl_preconditioned_gd/ordering.h"
#include "prenorm/papers/icl_preconditioned_gd/parts.h"

namespace prenorm::papers::icl_preconditioned_gd {
namespace {

std::vector<std::int64_t> context_lengths(bool quick) {
  return quick ? std::vector<std::int64_t>{12, 20} : std::vector<std::int64_t>{2, 4, 6, 8, 10, 12, 14, 16, 18, 20};
}

constexpr std::int64_t kInputs = 5;

// With fewer examples than inputs, a few prompts dominate any mean of the loss of trained A and B, a polynomial of
// degree 26 in the moments of a prompt.
bool is_stable(std::int64_t n, Form form) { return form != Form::kMatricesAAndB || n > kInputs; }

double violations(const std::vector<std::int64_t>& lengths, const std::vector<std::vector<FormLosses>>& losses,
                  std::size_t seed) {
  double count = 0;
  for (std::size_t i = 0; i < lengths.size(); ++i)
    for (std::size_t f = 0; f + 1 < kOrderedForms.size(); ++f)
      count +=
          is_stable(lengths[i], kOrderedForms.at(f)) && !(losses[i][seed].at(f) < 0.97 * losses[i][seed].at(f + 1));
  return count;
}

Curve least_squares(const std::vector<std::int64_t>& lengths) {
  Curve curve{"least squares of least norm", {}, {}};
  for (const std::int64_t n : lengths) {
    curve.x.push_back(static_cast<double>(n));
    curve.y.push_back(static_cast<double>(std::max<std::int64_t>(0, kInputs - n)));
  }
  return curve;
}

Figure context_figure(const std::vector<std::int64_t>& lengths, const std::vector<std::vector<FormLosses>>& losses) {
  Figure figure{"Loss against examples, 3 layers or steps", "examples n", "test loss", false, false, {}, {}};
  for (std::size_t f = 0; f < kOrderedForms.size(); ++f) {
    Curve curve{std::string(kFormLabels.at(f).text), {}, {}};
    for (std::size_t i = 0; i < lengths.size(); ++i) {
      if (!is_stable(lengths[i], kOrderedForms.at(f))) continue;
      double sum = 0;
      for (const FormLosses& seed : losses[i]) sum += seed.at(f);
      curve.x.push_back(static_cast<double>(lengths[i]));
      curve.y.push_back(sum / static_cast<double>(losses[i].size()));
    }
    figure.curves.push_back(std::move(curve));
  }
  figure.curves.push_back(least_squares(lengths));
  figure.note =
      "Means over seeds. A and B are trained by Adam on fresh prompts with Σ = I, all else by BFGS on 20,000 prompts.";
  return figure;
}

void note_unstable(Results& results, const std::vector<std::int64_t>& lengths,
                   const std::vector<std::vector<FormLosses>>& losses) {
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    if (is_stable(lengths[i], Form::kMatricesAAndB)) continue;
    std::vector<double> found;
    for (const FormLosses& seed : losses[i]) found.push_back(seed.front());
    results.notes.push_back(
        fmt::format("With {} examples, fewer than inputs, trained A and B are not drawn or checked, since a few "
                    "prompts can dominate "
                    "their loss. It was {:.3g}.",
                    lengths[i], fmt::join(found, ", ")));
  }
}

}  // namespace

void add_losses_by_context(Results& results, const ExperimentOptions& options, const Cells& cells) {
  const std::vector<std::int64_t> lengths = context_lengths(options.quick);
  std::vector<RecursionOptions> networks;
  for (const std::int64_t n : lengths) networks.push_back({.layers = 3, .n = n});
  const auto losses = measure_forms("loss by examples", TrainingOfAAndB::kFreshPrompts, networks, options, cells);
  for (std::int64_t s = 0; s < options.seeds; ++s)
    results.checks.push_back({"order_by_examples",
                              "Figure 6",
                              {{"seed", static_cast<double>(s + 1)}},
                              violations(lengths, losses, static_cast<std::size_t>(s)),
                              0,
                              {0, 0},
                              "pairs out of order over all numbers of examples: trained A and B (n > 5), trained A, "
                              "preconditioned, plain gradient descent, each at least 3 % below the next"});
  note_unstable(results, lengths, losses);
  results.figures.push_back(context_figure(lengths, losses));
}

}  // namespace prenorm::papers::icl_preconditioned_gd
