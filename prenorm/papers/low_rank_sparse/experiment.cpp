#include "prenorm/papers/low_rank_sparse/checks.h"
#include "prenorm/papers/low_rank_sparse/experiments.h"
#include "prenorm/papers/low_rank_sparse/figures.h"

namespace prenorm::papers::low_rank_sparse {

Results run_low_rank_sparse(const ExperimentOptions& options, const Cells& cells) {
  const Trainings trainings = train_all(run_setting(options), cells);
  Results results;
  check_convergence(trainings, results.checks);
  check_ranks(trainings, results.checks);
  check_directions(trainings, results.checks);
  check_rows(trainings, results.checks);
  check_pruning(trainings, results.checks);
  check_controls(trainings, results.checks);
  add_neuron_figures(trainings, results);
  add_rank_figures(trainings, results);
  add_heat_maps(trainings, results);
  return results;
}

}  // namespace prenorm::papers::low_rank_sparse
