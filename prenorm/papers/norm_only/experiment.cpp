#include "prenorm/papers/norm_only/experiments.h"
#include "prenorm/papers/norm_only/figures.h"
#include "prenorm/papers/real_data/folder.h"

namespace prenorm::papers::norm_only {
namespace {

void add_reconstructions(const Setting& setting, const Cells& cells, Results& results) {
  check_exact(study_exact(setting, cells), results.checks);
  const ThresholdStudy threshold = study_threshold(setting, cells);
  check_threshold(threshold, results.checks);
  add_threshold_figures(threshold, results);
  check_controls(study_controls(setting, cells), results.checks);
}

void add_networks(const Setting& setting, const Cells& cells, Results& results) {
  check_networks(study_networks(setting, cells), results.checks);
  const OutsideStudy outside = study_outside(setting, cells);
  check_outside(outside, results.checks);
  add_outside_figure(outside, results);
  check_folding(study_folding(setting, cells), results.checks);
}

void add_skips(const Setting& setting, const Cells& cells, Results& results) {
  const std::vector<SkipCase> skips = study_skips(setting, cells), budgets = study_budgets(setting, cells);
  check_skips(skips, results.checks);
  check_budgets(budgets, results.checks);
  check_shift(study_shift(setting, cells), results.checks);
  add_skip_figures(skips, results);
  add_budget_figure(budgets, results);
}

void add_language(const Setting& setting, const Cells& cells, Results& results) {
  for (const std::string_view text : {kTrainingText, kValidationText}) {
    if (real_data::exists(text)) continue;
    results.notes.push_back(real_data::skipped_note("the character language model", text));
    return;
  }
  const std::vector<LanguageWidth> widths = study_language(setting, cells);
  check_language(widths, results.checks);
  add_language_figure(widths, results);
}

}  // namespace

Results run_norm_only(const ExperimentOptions& options, const Cells& cells) {
  const Setting setting = setting_of(options);
  Results results;
  add_reconstructions(setting, cells, results);
  add_networks(setting, cells, results);
  add_skips(setting, cells, results);
  const std::vector<SparseWidth> sparse = study_sparse(setting, cells);
  check_sparse(sparse, results.checks);
  add_sparse_figure(sparse, results);
  const DescentStudy descent = study_descent(setting, cells);
  check_descent(descent, results.checks);
  add_descent_figures(descent, results);
  add_language(setting, cells, results);
  return results;
}

}  // namespace prenorm::papers::norm_only
