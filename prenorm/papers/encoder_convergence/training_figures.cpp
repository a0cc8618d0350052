#include <fmt/format.h>

#include "prenorm/base/statistics.h"
#include "prenorm/papers/encoder_convergence/figures.h"
#include "prenorm/papers/encoder_convergence/rates.h"
#include "prenorm/papers/encoder_convergence/seed_values.h"

namespace prenorm::papers::encoder_convergence {
namespace {

std::vector<double> count_to(std::size_t points) {
  std::vector<double> numbers;
  for (std::size_t i = 0; i < points; ++i) numbers.push_back(static_cast<double>(i));
  return numbers;
}

std::vector<double> over_first(std::vector<double> values) {
  const double first = values[0];
  for (double& value : values) value /= first;
  return values;
}

Figure loss_figure(const std::vector<Runs>& runs, const Setting& s, AttentionScale scale) {
  Figure figure{
      fmt::format("Loss over epochs, LeCun, tau_0 = {}", name_of(scale)),
      "epoch",
      "loss / initial loss",
      false,
      true,
      {},
      "Each width with its own step, 1 / the greatest eigenvalue of K(0). Dashed: lazy descent, with the kernel "
      "of the start, which a wide model follows; the last line is the proved bound."};
  for (const std::int64_t width : s.widths) {
    const Trained& t = find_runs(runs, kLeCun, scale, width).seeds[0];
    figure.curves.push_back({fmt::format("d_m = {}", width), count_to(t.loss.size()), over_first(t.loss)});
    figure.curves.push_back(
        {fmt::format("d_m = {}, lazy", width), count_to(t.loss.size()), over_first(t.lazy.loss), /*theory=*/true});
  }
  const Trained& wide = find_runs(runs, kLeCun, scale, s.widths.back()).seeds[0];
  const double epochs = static_cast<double>(wide.loss.size() - 1);
  figure.curves.push_back({fmt::format("bound, d_m = {}", s.widths.back()),
                           {0, epochs},
                           {1, std::exp(epochs * std::log1p(-wide.bound()))},
                           /*theory=*/true});
  return figure;
}

Figure course_figure(const std::vector<Runs>& runs, const Setting& s, const std::string& title,
                     const std::string& label, std::vector<double> Movement::*quantity) {
  Figure figure{title, "epoch", label, false, true, {}, "LeCun, tau_0 = d_m^(-1/2)."};
  for (const std::int64_t width : s.widths) {
    const Movement& m = find_runs(runs, kLeCun, kInverseRoot, width).seeds[0].movement;
    Curve curve{fmt::format("d_m = {}", width), m.epoch, m.*quantity};
    curve.x.erase(curve.x.begin());  // 0 at epoch 0
    curve.y.erase(curve.y.begin());
    figure.curves.push_back(curve);
  }
  return figure;
}

// Means over seeds at every width, with the movement that the kernel of the start predicts.
Figure width_figure(const std::vector<Runs>& runs, const Setting& s) {
  Figure figure{"Movement and change of the kernel after 400 epochs against width, LeCun",
                "d_m",
                "relative change",
                true,
                true,
                {},
                "Dashed: lazy descent. The limit d_m^(-3/2) for W_V, and for W_Q at d_m^(-1/2), is a "
                "factor of 8 for four times the width."};
  const std::vector<double> width(s.widths.begin(), s.widths.end());
  const auto add = [&](const std::string& name, AttentionScale scale, double (*quantity)(const Trained&),
                       bool is_theory) {
    Curve curve{fmt::format("{}, {}", name, name_of(scale)), width, {}, is_theory};
    for (const std::int64_t w : s.widths)
      curve.y.push_back(mean_of(values_of(find_runs(runs, kLeCun, scale, w).seeds, quantity)));
    figure.curves.push_back(curve);
  };
  for (const AttentionScale scale : {kInverseRoot, kInverse}) {
    add(
        "W_V", scale, [](const Trained& t) { return t.movement.value.back(); }, false);
    add(
        "W_V lazy", scale, [](const Trained& t) { return t.lazy.value; }, true);
    add(
        "W_Q", scale, [](const Trained& t) { return t.movement.query.back(); }, false);
    add(
        "W_Q lazy", scale, [](const Trained& t) { return t.lazy.query; }, true);
    add(
        "kernel", scale, [](const Trained& t) { return t.movement.kernel.back(); }, false);
  }
  return figure;
}

}  // namespace

void add_training_figures(const std::vector<Runs>& runs, const Setting& s, Results& results) {
  for (const AttentionScale scale : {kInverseRoot, kInverse}) results.figures.push_back(loss_figure(runs, s, scale));
  results.figures.push_back(
      course_figure(runs, s, "Change of the kernel over epochs", "|K(t) - K(0)| / |K(0)|", &Movement::kernel));
  results.figures.push_back(
      course_figure(runs, s, "Movement of W_V over epochs", "|W_V(t) - W_V(0)| / |W_V(0)|", &Movement::value));
  results.figures.push_back(width_figure(runs, s));
}

void add_initialization_figure(const std::vector<Comparison>& comparisons, Results& results) {
  const Comparison& c = comparisons.back();
  Figure figure{fmt::format("Initialisations with the same step, d_m = {}, tau_0 = d_m^(-1)", c.width),
                "epoch",
                "loss / initial loss",
                false,
                true,
                {},
                "The step is the least of the three models' own."};
  for (const Initialization initialization : {kLeCun, kHe, kNtk}) {
    const std::vector<double>& loss = c.seeds[0].loss[static_cast<std::size_t>(initialization)];
    figure.curves.push_back({std::string(name_of(initialization)), count_to(loss.size()), over_first(loss)});
  }
  results.figures.push_back(figure);
}

void add_task_figure(const std::string& title, const std::vector<TaskRuns>& runs, Results& results) {
  Figure figure{title, "epoch", "loss per sample", false, true, {}, "Both scales with the same step."};
  for (const TaskRuns& r : runs) {
    const TaskSeed& seed = r.seeds[0];
    const auto add = [&](AttentionScale scale, const TaskRun& run) {
      figure.curves.push_back(
          {fmt::format("d_m = {}, {}", r.width, name_of(scale)), count_to(run.loss.size()), run.loss});
    };
    add(kInverseRoot, seed.root);
    add(kInverse, seed.inverse);
  }
  results.figures.push_back(figure);
}

}  // namespace prenorm::papers::encoder_convergence
