#include "prenorm/papers/icl_preconditioned_gd/experiments.h"
#include "prenorm/papers/icl_preconditioned_gd/parts.h"

namespace prenorm::papers::icl_preconditioned_gd {

Results run_experiment(const ExperimentOptions& options, const Cells& cells) {
  Results results;
  add_forward_pass(results, options);
  add_one_layer(results, options, cells);
  add_deep_layers(results, options, cells);
  add_losses_by_depth(results, options, cells);
  add_losses_by_context(results, options, cells);
  add_critical_set(results, options, cells);
  return results;
}

}  // namespace prenorm::papers::icl_preconditioned_gd
