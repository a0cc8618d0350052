#include "prenorm/files/read_lines.h"
#include "prenorm/papers/encoder_convergence/experiments.h"
#include "prenorm/papers/encoder_convergence/figures.h"
#include "prenorm/papers/real_data/folder.h"

namespace prenorm::papers::encoder_convergence {
namespace {

void add_gaussian(const Setting& setting, const Cells& cells, Results& results) {
  const std::vector<Runs> runs = train_gaussian(setting, cells);
  check_rates(runs, results.checks);
  check_movement(runs, setting, results.checks);
  check_time_course(runs, results.checks);
  check_scales(runs, setting, results.checks);
  add_training_figures(runs, setting, results);
}

void add_comparisons(const Setting& setting, const Cells& cells, Results& results) {
  check_scale_comparison(compare_scales(setting, cells), results.checks);
  for (const AttentionScale scale : {kInverseRoot, kInverse}) {
    const std::vector<Comparison> comparisons = compare_initializations(scale, setting, cells);
    check_initializations(comparisons, scale, results.checks);
    if (scale == kInverse) add_initialization_figure(comparisons, results);
  }
}

void add_widths(const Setting& setting, const Cells& cells, Results& results) {
  const std::vector<StepSizes> sizes = measure_step_sizes(setting, cells);
  check_step_sizes(sizes, results.checks);
  add_step_figure(sizes, results);
  const std::vector<CriticalWidths> widths = measure_critical_widths(setting, cells);
  check_critical_widths(widths, results.checks);
  add_critical_width_figure(widths, results);
}

void add_tasks(const Setting& setting, const Cells& cells, Results& results) {
  const std::vector<TaskRuns> selection = train_selection(setting, cells);
  check_selection(selection, results.checks);
  add_task_figure("Loss of the task of token selection", selection, results);
  if (std::string skipped = real_data::skipped_digits_note("digits"); !skipped.empty()) {
    results.notes.push_back(std::move(skipped));
    return;
  }
  const std::vector<TaskRuns> digits = train_digits(real_data::read_digits(), setting, cells);
  check_digits(digits, results.checks);
  add_task_figure("Loss on digits", digits, results);
}

void add_text(const Setting& setting, Results& results) {
  if (!real_data::exists(kTextFile)) {
    results.notes.push_back(real_data::skipped_note("correlation of texts", kTextFile));
    return;
  }
  const auto documents =
      read_documents(read_lines(real_data::file(kTextFile)), static_cast<std::size_t>(setting.documents));
  const TextCorrelation correlation = correlation_of(documents);
  check_text(correlation, results.checks);
  add_text_figure(correlation, results);
}

}  // namespace

Results run_encoder_convergence(const ExperimentOptions& options, const Cells& cells) {
  const Setting setting = setting_of(options);
  Results results;
  check_attention(measure_attention(cells), results.checks);
  add_gaussian(setting, cells, results);
  add_comparisons(setting, cells, results);
  add_widths(setting, cells, results);
  add_tasks(setting, cells, results);
  add_text(setting, results);
  return results;
}

}  // namespace prenorm::papers::encoder_convergence
