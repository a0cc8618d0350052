// Theorems 3 and 4: what three layers, and two, learn.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "prenorm/papers/icl_preconditioned_gd/deep_layers.h"
#include "prenorm/papers/icl_preconditioned_gd/layer_figures.h"
#include "prenorm/papers/icl_preconditioned_gd/models.h"
#include "prenorm/papers/icl_preconditioned_gd/parts.h"

namespace prenorm::papers::icl_preconditioned_gd {
namespace {

// Theorem 3 in the paper's setting. Theorem 4 with Sigma = I, as in the demonstration of the paper's code, and, where
// there is time, in the paper's setting.
std::vector<DeepCase> deep_cases(bool quick) {
  std::vector<DeepCase> cases{{"theorem_3", "Theorem 3", Form::kMatricesA, 3, Inputs::kRotated},
                              {"theorem_4", "Theorem 4, Σ = I", Form::kMatricesAAndB, 2, Inputs::kIsotropic},
                              {"theorem_4", "Theorem 4, Σ = I", Form::kMatricesAAndB, 3, Inputs::kIsotropic}};
  if (!quick) cases.push_back({"theorem_4_rotated", "Theorem 4", Form::kMatricesAAndB, 3, Inputs::kRotated});
  return cases;
}

RecursionOptions network_of(const DeepCase& c) { return {c.form, c.layers, 20, Weights::kInverseCovariance}; }

Training deep_training(const DeepCase& c, bool quick) {
  const std::int64_t prompts = quick ? 1024 : 2048;
  if (c.form == Form::kMatricesA) return {.prompts = prompts, .start = {}};
  if (c.inputs == Inputs::kRotated) return {.method = Method::kBfgs, .steps = 3000, .prompts = 40'000, .start = {}};
  return {.steps = c.layers == 2 ? 5000 : 10'000,
          .prompts = prompts,
          .learning_rate = 1e-3,
          .halve_every = 0,
          .clip_matrix_norm = 0,
          .start = {}};
}

Model deep_model(const DeepCase& c, std::uint64_t seed, bool quick) {
  Training training = deep_training(c, quick);
  training.seed = seed;
  return recursion_model(network_of(c), c.inputs, training);
}

// The critical point of the theorem to which a trained model is nearest.
Model critical_point(const DeepCase& c, std::uint64_t seed, const Trained& trained) {
  const Covariance covariance = covariance_of(c.inputs, seed);
  RecursionOptions o = network_of(c);
  o.form = c.form == Form::kMatricesA ? Form::kScalarsA : Form::kScalarsAAndB;
  const Training t{.method = Method::kBfgs,
                   .prompts = 40'000,
                   .seed = seed,
                   .start = scalars_of(matrices_of(trained.last(), c.form, covariance, Coordinates::kWhitened))};
  return recursion_model(o, c.inputs, t);
}

double largest_difference(const std::vector<double>& found, const std::vector<double>& expected) {
  double largest = 0;
  for (std::size_t i = 0; i < found.size(); ++i) largest = larger(largest, std::abs(found[i] / expected[i] - 1));
  return largest;
}

class DeepChecks {
 public:
  DeepChecks(const DeepCase& c, std::uint64_t seed, const Trained& trained, const Trained& critical)
      : case_(c), seed_(seed), trained_(trained), critical_(critical) {
    const Covariance covariance = covariance_of(c.inputs, seed);
    whitened_ = matrices_of(trained.last(), c.form, covariance, Coordinates::kWhitened);
    original_ = matrices_of(trained.last(), c.form, covariance, Coordinates::kOriginal);
  }

  std::vector<Check> all() {
    add("a_distance", largest_distance(whitened_.a), 0, {0, 0.1}, "largest Dist(Σ^½ A_l Σ^½, I)");
    if (!original_.b.empty()) add("b_distance", largest_distance(original_.b), 0, {0, 0.1}, "largest Dist(B_l, I)");
    const std::vector<double> found = scalars_of(whitened_);
    add("critical_point", largest_difference(found, critical_.last()), 0, {0, 0.1},
        fmt::format(
            "largest relative difference of the scalars [{:.3f}] of the trained layers from those of the nearest "
            "critical point, [{:.3f}]",
            fmt::join(found, ", "), fmt::join(critical_.last(), ", ")));
    if (case_.form == Form::kMatricesA)
      add_theorem_3(found);
    else
      add_theorem_4(found);
    return std::move(checks_);
  }

 private:
  void add(const std::string& what_of, double measured, double predicted, Interval accepted, std::string what) {
    checks_.push_back({fmt::format("{}_{}", case_.name, what_of),
                       std::string(case_.source),
                       {{"layers", static_cast<double>(case_.layers)}, {"seed", static_cast<double>(seed_)}},
                       measured,
                       predicted,
                       accepted,
                       std::move(what)});
  }

  void add_theorem_3(std::vector<double> found) {
    double lowest = 1, highest = 0;
    for (const Square& a : original_.a) {
      lowest = std::min(lowest, distance_from_identity(a));
      highest = larger(highest, distance_from_identity(a));
    }
    // Σ⁻¹ itself has 0.784.
    add("a_itself_low", lowest, 0.784, {0.75, 0.8}, "least Dist(A_l, I): A_l is not a multiple of I");
    add("a_itself_high", highest, 0.784, {0.75, 0.8}, "largest Dist(A_l, I)");
    std::sort(found.begin(), found.end());
    add("sorted_scalars", largest_difference(found, {0.423, 0.690, 1.717}), 0, {0, 0.1},
        "largest relative difference of the sorted a_l from the optimum 0.423, 0.690, 1.717");
    add("log_loss", std::log(trained_.test), -2.01, {-2.03, -1.8}, "log of the test loss; the optimum has -2.01");
  }

  void add_theorem_4(const std::vector<double>& found) {
    double wrong = 0;
    for (std::size_t i = 0; i < found.size(); ++i)
      wrong += !(found[i] > 0) || (i >= 2 && i % 2 == 0 && found[i] < found[i - 2]);
    add("order", wrong, 0, {0, 0},
        "of the scalars -a_l and b_l those that are not positive, or a_l that are less than a_{l-1}");
    if (case_.layers == 3)
      add("loss", trained_.test, 7.0e-4, {0, 5e-3}, "test loss; the best critical point has 7.0e-4");
    else
      add("loss_over_critical", trained_.test / critical_.test, 1, {0.95, 1.05},
          "test loss over that of the nearest critical point");
  }

  const DeepCase& case_;
  std::uint64_t seed_;
  const Trained &trained_, &critical_;
  LayerMatrices whitened_, original_;
  std::vector<Check> checks_;
};

}  // namespace

std::vector<Check> deep_checks(const DeepCase& c, std::uint64_t seed, const Trained& trained, const Trained& critical) {
  return DeepChecks(c, seed, trained, critical).all();
}

void add_deep_layers(Results& results, const ExperimentOptions& options, const Cells& cells) {
  const std::vector<DeepCase> cases = deep_cases(options.quick);
  std::vector<Model> models, points;
  // The longest first, so that the last ones end together.
  for (auto c = cases.rbegin(); c != cases.rend(); ++c)
    for (std::int64_t seed = 1; seed <= options.seeds; ++seed)
      models.push_back(deep_model(*c, static_cast<std::uint64_t>(seed), options.quick));
  const std::vector<Trained> trained = train_all("deep layers", models, cells);
  std::size_t i = 0;
  for (auto c = cases.rbegin(); c != cases.rend(); ++c)
    for (std::int64_t seed = 1; seed <= options.seeds; ++seed)
      points.push_back(critical_point(*c, static_cast<std::uint64_t>(seed), trained[i++]));
  const std::vector<Trained> critical = train_all("critical points", points, cells);
  i = 0;
  for (auto c = cases.rbegin(); c != cases.rend(); ++c)
    for (std::int64_t seed = 1; seed <= options.seeds; ++seed, ++i) {
      const std::vector<Check> checks = deep_checks(*c, static_cast<std::uint64_t>(seed), trained[i], critical[i]);
      results.checks.insert(results.checks.end(), checks.begin(), checks.end());
      if (seed == 1) add_layer_figures(results, *c, trained[i], critical[i]);
    }
}

}  // namespace prenorm::papers::icl_preconditioned_gd
