#include "prenorm/papers/no_shortcuts/checks.h"
#include "prenorm/papers/no_shortcuts/experiments.h"
#include "prenorm/papers/no_shortcuts/figures.h"

namespace prenorm::papers::no_shortcuts {

Results run_no_shortcuts(const ExperimentOptions& options, const Cells& cells) {
  Results results;
  check_attention_matrices(results.checks);
  check_exact_kernels(results.checks);
  check_activation_maps(results.checks);
  const Initializations measured = measure_initializations(options, cells);
  check_attention_only(measured, results.checks);
  check_feed_forward(measured, results.checks);
  check_blocks(measured, results.checks);
  add_initialization_figures(measured, results);
  add_attention_map(results);
  return results;
}

}  // namespace prenorm::papers::no_shortcuts
