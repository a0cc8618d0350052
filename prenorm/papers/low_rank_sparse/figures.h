// The figures and heat maps of the experiment, from the first seed unless they say otherwise.
#pragma once

#include "prenorm/papers/low_rank_sparse/runs.h"
#include "prenorm/papers/results.h"

namespace prenorm::papers::low_rank_sparse {

void add_rank_figures(const Trainings& trainings, Results& results);
void add_neuron_figures(const Trainings& trainings, Results& results);
void add_heat_maps(const Trainings& trainings, Results& results);

}  // namespace prenorm::papers::low_rank_sparse
