// The figures and heat maps of the experiment, from its first seed unless they say otherwise.
#pragma once

#include "prenorm/papers/mesa_optimization/checks.h"
#include "prenorm/papers/results.h"

namespace prenorm::papers::mesa_optimization {

void add_figures(const Trainings& trainings, Results& results);

}  // namespace prenorm::papers::mesa_optimization
