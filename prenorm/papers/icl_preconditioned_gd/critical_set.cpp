// Theorems 3 and 4 without training: at the best multiples of Sigma^-1 and I, the gradient of all entries vanishes.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "prenorm/base/random.h"
#include "prenorm/base/statistics.h"
#include "prenorm/papers/icl_preconditioned_gd/models.h"
#include "prenorm/papers/icl_preconditioned_gd/parts.h"

namespace prenorm::papers::icl_preconditioned_gd {
namespace {

struct CriticalCase {
  std::string_view name, source;
  Form scalars, matrices;
  std::vector<double> start;  // near the critical point that training reaches
};

// With two layers. The gradient of A and B is a polynomial of degree 8 in the entries of G with two layers and 26 with
// three, where single prompts make up the mean of any batch in reach.
std::vector<CriticalCase> critical_cases() {
  return {{"theorem_3_gradient", "Theorem 3", Form::kScalarsA, Form::kMatricesA, {0.516, 1.25}},
          {"theorem_4_gradient", "Theorem 4", Form::kScalarsAAndB, Form::kMatricesAAndB, {0.77, 0.353, 2.645}}};
}

RecursionOptions two_layers(Form form) { return {form, 2, 20, Weights::kInverseCovariance}; }

Model optimum_model(const CriticalCase& c, std::uint64_t seed) {
  return recursion_model(two_layers(c.scalars), Inputs::kRotated,
                         {.method = Method::kBfgs, .steps = 100, .prompts = 200'000, .seed = seed, .start = c.start});
}

// A_l = -a_l inverse, B_l = b_l I for scalars a_0, (b_0,) a_1 ...
std::vector<double> at_multiples(const std::vector<double>& scalars, Form form, const Square& inverse) {
  std::vector<double> parameters;
  for (std::size_t i = 0; i < scalars.size(); ++i) {
    const bool is_b = form == Form::kScalarsAAndB && i % 2 == 1;
    const Square m = is_b ? scalars[i] * identity_covariance(inverse.size).rotation : -scalars[i] * inverse;
    parameters.insert(parameters.end(), m.values.begin(), m.values.end());
  }
  return parameters;
}

constexpr std::int64_t kRepeats = 16;
std::vector<double> batch_sizes() { return {250, 1000, 4000, 16'000}; }

// The norm of the gradient on batches of each size, the root of the mean square over repeats.
std::vector<double> gradient_norms(const batched::Graph& graph, const std::vector<double>& parameters,
                                   std::uint64_t seed) {
  const batched::Evaluator<double> evaluator(graph);
  std::vector<double> norms, gradient(parameters.size());
  for (const double prompts : batch_sizes()) {
    double square = 0;
    for (std::int64_t r = 0; r < kRepeats; ++r) {
      const std::uint64_t key =
          mix_key({seed, name_key("gradients"), static_cast<std::uint64_t>(prompts), static_cast<std::uint64_t>(r)});
      const auto batch =
          normal_batch<double>(graph.count(batched::Region::kInputs), key, static_cast<std::int64_t>(prompts));
      evaluator.loss(parameters, batch, gradient);
      for (const double g : gradient) square += g * g / kRepeats;
    }
    norms.push_back(std::sqrt(square));
  }
  return norms;
}

std::vector<double> measured_norms(const CriticalCase& c, const std::vector<double>& scalars, std::uint64_t seed,
                                   const Square& inverse, const Cells& cells) {
  const std::string name =
      fmt::format("gradient norms, 2 layers, {}, seed {}, multiples of [{}], {} repeats of [{}] prompts", c.source,
                  seed, fmt::join(inverse.values, ", "), kRepeats, fmt::join(batch_sizes(), ", "));
  return cells
      .get(name,
           [&] {
             const batched::Graph graph = recursion_graph(two_layers(c.matrices), rotated_covariance(seed));
             return gradient_norms(graph, at_multiples(scalars, c.scalars, inverse), seed);
           })
      .get<std::vector<double>>();
}

}  // namespace

void add_critical_set(Results& results, const ExperimentOptions& options, const Cells& cells) {
  const std::vector<CriticalCase> cases = critical_cases();
  std::vector<Model> models;
  for (std::int64_t seed = 1; seed <= options.seeds; ++seed)
    for (const CriticalCase& c : cases) models.push_back(optimum_model(c, static_cast<std::uint64_t>(seed)));
  const std::vector<Trained> optima = train_all("critical set", models, cells);
  Figure figure{"Gradient of all entries against the batch, 2 layers",
                "prompts",
                "norm of the gradient",
                true,
                true,
                {},
                "Seed 1. At the critical set only sampling noise is left, which falls as 1/√prompts (dashed)."};
  auto next = optima.begin();
  for (std::int64_t i = 1; i <= options.seeds; ++i)
    for (const CriticalCase& c : cases) {
      const auto seed = static_cast<std::uint64_t>(i);
      const std::vector<double> scalars = (next++)->last();
      const std::vector<double> norms = measured_norms(c, scalars, seed, rotated_covariance(seed).inverse(), cells);
      results.checks.push_back(
          {std::string(c.name),
           std::string(c.source),
           {{"seed", static_cast<double>(i)}},
           fit_exponent(batch_sizes(), norms),
           -0.5,
           {-0.6, -0.4},
           "exponent in the number of prompts of the norm of the gradient of all entries of 2 layers at the "
           "best multiples of Σ⁻¹ and I; -1/2 is sampling noise around 0"});
      if (i > 1) continue;
      Curve theory{std::string(c.source) + ", 1/√prompts", batch_sizes(), {}, true};
      for (const double size : batch_sizes())
        theory.y.push_back(norms.front() * std::sqrt(batch_sizes().front() / size));
      figure.curves.push_back({std::string(c.source), batch_sizes(), norms});
      figure.curves.push_back(std::move(theory));
      if (c.scalars != Form::kScalarsA) continue;
      figure.curves.push_back({"multiples of I in place of Σ⁻¹", batch_sizes(),
                               measured_norms(c, scalars, seed, identity_covariance().rotation, cells)});
    }
  results.figures.push_back(std::move(figure));
}

}  // namespace prenorm::papers::icl_preconditioned_gd
