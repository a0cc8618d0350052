#include "prenorm/papers/registry.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <vector>

#include "prenorm/base/error.h"
#include "prenorm/base/text.h"
#include "prenorm/papers/benign_overfitting/experiments.h"
#include "prenorm/papers/encoder_convergence/experiments.h"
#include "prenorm/papers/icl_gradient_descent/experiments.h"
#include "prenorm/papers/icl_preconditioned_gd/experiments.h"
#include "prenorm/papers/low_rank_sparse/experiments.h"
#include "prenorm/papers/mesa_optimization/experiments.h"
#include "prenorm/papers/no_shortcuts/experiments.h"
#include "prenorm/papers/noise_scale/experiments.h"
#include "prenorm/papers/norm_only/experiments.h"
#include "prenorm/papers/xiong2020/experiments.h"

namespace prenorm::papers {
namespace {

constexpr Experiment kExperiments[] = {
    xiong2020::kTheory,
    xiong2020::kFigure3,
    xiong2020::kWarmup,
    icl_gradient_descent::kExperiment,
    icl_preconditioned_gd::kExperiment,
    mesa_optimization::kExperiment,
    benign_overfitting::kExperiment,
    low_rank_sparse::kExperiment,
    encoder_convergence::kExperiment,
    norm_only::kExperiment,
    no_shortcuts::kExperiment,
    noise_scale::kExperiment,
};

}  // namespace

std::span<const Experiment> experiments() { return kExperiments; }

const Experiment& find_experiment(std::string_view name) {
  std::vector<std::string> names;
  for (const Experiment& e : kExperiments) {
    if (e.name == name) return e;
    names.emplace_back(e.name);
  }
  throw_error<UsageError>("{} is not an experiment{}; there are: {}", quote_short(name), did_you_mean(name, names),
                          fmt::join(names, ", "));
}

}  // namespace prenorm::papers
