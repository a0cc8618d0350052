#include <fmt/format.h>

#include <cmath>

#include "prenorm/base/statistics.h"
#include "prenorm/papers/low_rank_sparse/figures.h"
#include "prenorm/papers/low_rank_sparse/over_models.h"
#include "prenorm/papers/low_rank_sparse/rows.h"
#include "prenorm/papers/low_rank_sparse/theory.h"

namespace prenorm::papers::low_rank_sparse {
namespace {

Curve norm_curve(const std::string& name, const Outcome& o) {
  Curve curve{name, {}, {}};
  const auto neurons = static_cast<double>(o.row_norms.size());
  for (const double norm : o.row_norms) {
    curve.x.push_back(static_cast<double>(curve.x.size()) / neurons);
    curve.y.push_back(norm * std::sqrt(neurons));
  }
  return curve;
}

Figure norm_figure(const Trainings& t) {
  return {"Row norms of the trained W_O, in ascending order",
          "share of neurons with smaller norms",
          "row norm x sqrt(m)",
          false,
          true,
          {norm_curve("100 neurons", t.two_patterns[0]), norm_curve("400 neurons", t.wide[0]),
           norm_curve("100 neurons, random labels", t.random_labels[0])},
          "Large rows shrink as m^(-1/2) with the number of neurons m; small ones keep their initial size."};
}

Figure pruning_figure(const Trainings& t) {
  const PruningCurves mean = mean_curves(t.two_patterns);
  Curve theory{"theory, equal large rows", mean.share, {}, /*theory=*/true};
  for (const double share : mean.share)
    theory.y.push_back(mean_of(each(t.two_patterns, [&](const Outcome& o) {
      return expected_pruned_hinge(o.margin, 1 - row_groups(o).small_share, share);
    })));
  return {"Test hinge loss after pruning neurons",
          "share of neurons pruned",
          "test hinge loss",
          false,
          false,
          {{"large rows first", mean.share, mean.large_first},
           theory,
           {"random order", mean.share, mean.random},
           {"small rows first", mean.share, mean.small_first},
           {"wrong signs, large first", mean.share, mean.large_first_error}},
          fmt::format("Means over {} models; {} random orders of each. Dashed: if all large rows contribute the same.",
                      t.two_patterns.size(), kPruningDraws)};
}

Curve loss_curve(const std::string& name, const Outcome& o) {
  Curve curve{name, {}, o.loss};
  for (std::size_t update = 0; update < o.loss.size(); ++update) curve.x.push_back(static_cast<double>(update));
  return curve;
}

Figure loss_figure(const Trainings& t) {
  return {"Hinge loss of each batch",
          "update",
          "hinge loss",
          false,
          false,
          {loss_curve("two patterns", t.two_patterns[0]), loss_curve("four patterns", t.four_patterns[0]),
           loss_curve("two patterns, strong noise", t.noisy[0]), loss_curve("random labels", t.random_labels[0])},
          "Every batch has fresh samples. Hardly any sample is inside the margin after 45 updates."};
}

}  // namespace

void add_neuron_figures(const Trainings& t, Results& results) {
  results.figures.push_back(pruning_figure(t));
  results.figures.push_back(norm_figure(t));
  results.figures.push_back(loss_figure(t));
  const auto attention = [&](auto member) { return mean_of(each(t.two_patterns, member)); };
  results.notes.push_back(
      fmt::format("The mean attention to tokens of the label's class moves from {:.4f} to {:.4f} only: the loss is 0 "
                  "before attention concentrates.",
                  attention([](const Outcome& o) { return o.attention_before; }),
                  attention([](const Outcome& o) { return o.attention_after; })));
  results.notes.emplace_back(
      "Labels that are shuffled within batches of 64 agree with the true ones with correlation 1/64, so some of the "
      "models learn the classes in the end; random labels have no such rest.");
}

}  // namespace prenorm::papers::low_rank_sparse
