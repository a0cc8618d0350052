#include <fmt/format.h>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "prenorm/papers/icl_preconditioned_gd/experiments.h"
#include "prenorm/papers/icl_preconditioned_gd/recursion.h"
#include "prenorm/papers/icl_preconditioned_gd/training.h"

namespace prenorm::papers::icl_preconditioned_gd {
Results run_experiment(const ExperimentOptions&, const Cells&) {
  auto now = [] { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); };
  double t0 = now();
  auto lap = [&](const char* what) { double t = now(); std::fprintf(stderr, "%-40s %.2f s\n", what, t - t0); t0 = t; };
  const Covariance rot = rotated_covariance(1), iso = identity_covariance();
  const char* mode = std::getenv("PGD_MODE"); 
  std::string m = mode ? mode : "scalars";
  auto print = [](const std::vector<double>& v) { for (double x : v) std::fprintf(stderr, " %.4f", x); std::fprintf(stderr, "\n"); };
  if (m == "scalars")
    for (int L = 1; L <= 4; ++L)
      for (Form f : {Form::kGd, Form::kPgd, Form::kScalarsA, Form::kScalarsAAndB}) {
        auto g = recursion_graph({f, L, 20, Weights::kInverseCovariance}, rot);
        std::vector<double> start(g.count(batched::Region::kParameters));
        for (size_t i = 0; i < start.size(); ++i) start[i] = 0.3 + 0.1 * double(i);
        auto p = minimum(g, start, 1, 20000);
        double l = test_loss(g, p, 1, 100000);
        std::fprintf(stderr, "L %d %s: log loss %.3f  params", L, std::string(form_name(f)).c_str(), std::log(l));
        print(p);
        lap("");
      }
  if (m == "full")
    for (int L = 1; L <= 4; ++L)
      for (Form f : {Form::kMatricesA, Form::kMatricesAAndB}) {
        auto g = recursion_graph({f, L, 20, Weights::kInverseCovariance}, rot);
        Training t{.method = Method::kBfgs, .steps = 600, .prompts = std::atoi(std::getenv("PGD_N")), .seed = 1};
        auto r = train(g, t);
        double l = test_loss(g, r.last(), 1, 100000);
        std::fprintf(stderr, "L %d %s: steps %g, log record %.3f log test %.3f  ", L, std::string(form_name(f)).c_str(), r.step.back(), std::log(r.loss.back()), std::log(l));
        for (size_t i = 0; i + 25 <= r.last().size(); i += 25) {
          Square a(5, std::span(r.last()).subspan(i, 25));
          bool isb = f == Form::kMatricesAAndB && (i / 25) % 2 == 1;
          Square w = isb ? rot.inverse_factor() * a * rot.factor() : transposed(rot.factor()) * a * rot.factor();
          std::fprintf(stderr, "%s %.3f (dist %.3f; raw %.3f) ", isb ? "b" : "a", trace(w) / 5, distance_from_identity(w), distance_from_identity(a));
        }
        lap("");
      }
  return {};
}
}  // namespace prenorm::papers::icl_preconditioned_gd
