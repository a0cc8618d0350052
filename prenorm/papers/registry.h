// All experiments, in the order in which `prenorm reproduce` lists them.
#pragma once

#include <span>
#include <string_view>

#include "prenorm/papers/experiment.h"

namespace prenorm::papers {

std::span<const Experiment> experiments();

// Errors: UsageError that lists all experiments and suggests the nearest one.
const Experiment& find_experiment(std::string_view name);

}  // namespace prenorm::papers
