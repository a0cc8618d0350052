// Test losses of trained networks and of the best steps of descent, on the same prompts.
#pragma once

#include <array>
#include <string_view>

#include "prenorm/papers/experiment.h"
#include "prenorm/papers/icl_preconditioned_gd/models.h"

namespace prenorm::papers::icl_preconditioned_gd {

// The best first.
inline constexpr std::array kOrderedForms{Form::kMatricesAAndB, Form::kMatricesA, Form::kPgd, Form::kGd};

struct FormLabel {
  std::string_view key, text;
};
inline constexpr std::array<FormLabel, 4> kFormLabels{{{"a_and_b", "trained A and B"},
                                                       {"a", "trained A"},
                                                       {"pgd", "preconditioned gradient descent"},
                                                       {"gd", "gradient descent"}}};

using FormLosses = std::array<double, kOrderedForms.size()>;

// How A and B are trained. The population's loss has the same values and minima with both inputs.
enum class TrainingOfAAndB : std::uint8_t {
  kOneBatch,     // as all other forms: by BFGS on 20,000 prompts, rotated inputs
  kFreshPrompts  // by Adam, isotropic inputs: for few examples, where a fit to one batch fails on other prompts
};

// By network, whose form is replaced by each of kOrderedForms, and seed.
std::vector<std::vector<FormLosses>> measure_forms(const std::string& label, TrainingOfAAndB training,
                                                   const std::vector<RecursionOptions>& networks,
                                                   const ExperimentOptions& options, const Cells& cells);

// Whether each form is better than the next, at a number of layers
// of 1 to 4 and n = 20.
std::vector<Check> depth_checks(std::int64_t layers, std::uint64_t seed, const FormLosses& losses);

}  // namespace prenorm::papers::icl_preconditioned_gd
