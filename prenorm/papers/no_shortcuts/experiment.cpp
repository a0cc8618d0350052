#include "prenorm/papers/no_shortcuts/checks.h"
#include "prenorm/papers/no_shortcuts/experiments.h"
#include "prenorm/papers/no_shortcuts/figures.h"
#include "prenorm/papers/real_data/folder.h"

namespace prenorm::papers::no_shortcuts {
namespace {

void add_trainings(const ExperimentOptions& options, const Cells& cells, Results& results) {
  if (!real_data::exists(real_data::kTextFile)) {
    results.notes.push_back(real_data::skipped_note("trainings on characters", real_data::kTextFile));
    return;
  }
  const Trainings trainings = train_all(real_data::read_characters(), options, cells);
  check_training(trainings, results.checks);
  add_training_figures(trainings, results);
  for (const std::string& note : training_notes(trainings)) results.notes.push_back(note);
}

}  // namespace

Results run_no_shortcuts(const ExperimentOptions& options, const Cells& cells) {
  Results results;
  check_attention_matrices(results.checks);
  check_exact_kernels(results.checks);
  check_activation_maps(results.checks);
  const Initializations measured = measure_initializations(options, cells);
  check_attention_only(measured, results.checks);
  check_feed_forward(measured, results.checks);
  check_blocks(measured, results.checks);
  check_models(measured, results.checks);
  check_recursion(measured, results.checks);
  results.notes.push_back(causal_recursion_note(measured));
  add_initialization_figures(measured, results);
  add_attention_map(results);
  const std::vector<GradientProfiles> gradients = measure_gradients(options, cells);
  check_gradients(gradients, results.checks);
  add_gradient_figure(gradients, results);
  add_trainings(options, cells, results);
  return results;
}

}  // namespace prenorm::papers::no_shortcuts
