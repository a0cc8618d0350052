#include <algorithm>

#include "prenorm/papers/mesa_optimization/checks.h"
#include "prenorm/papers/mesa_optimization/experiments.h"
#include "prenorm/papers/mesa_optimization/figures.h"

namespace prenorm::papers::mesa_optimization {

Trainings train_all(const DataSets& data, const RunSetting& s) {
  Trainings t;
  const auto law = [&](StartLaw start, double scale, std::int64_t length) {
    return SequenceLaw{start, scale, 5, length};
  };
  for (const double scale : s.scales) {
    const Testing testing = scale == 1 ? Testing::kTestSet : Testing::kNone;
    t.gaussian.push_back(train_law(data, s, law(StartLaw::kGaussian, scale, s.length), Freedom::kAllEntries, testing));
    t.sparse.push_back(train_law(data, s, law(StartLaw::kSparse, scale, s.length), Freedom::kAllEntries, testing));
  }
  const SequenceLaw ones = law(StartLaw::kOnes, 1, s.length);
  t.ones_masked = train_law(data, s, ones, Freedom::kDiagonals, Testing::kTestSet);
  t.ones = train_law(data, s, ones, Freedom::kAllEntries, Testing::kTestSet);
  t.signs = train_law(data, s, law(StartLaw::kSigns, 1, s.length));
  std::vector<std::int64_t> lengths = s.lengths;
  lengths.push_back(s.length);
  for (const std::int64_t length : lengths) {
    t.gaussian_lengths.push_back(train_law(data, s, law(StartLaw::kGaussian, 1, length)));
    t.sparse_lengths.push_back(train_law(data, s, law(StartLaw::kSparse, 1, length)));
    t.ones_lengths.push_back(train_law(data, s, law(StartLaw::kOnes, 1, length), Freedom::kDiagonals));
  }
  return t;
}

Results run_mesa_optimization(const ExperimentOptions& options, const Cells& cells) {
  const RunSetting s = run_setting(options);
  const DataSets data(data_sets_of(s), cells);
  const Trainings trainings = train_all(data, s);
  Results results;
  check_gradients(s, cells, results.checks);
  check_products(trainings, results.checks);
  check_lengths(trainings, results.checks);
  check_dynamics(trainings, results.checks);
  check_predictions(trainings, results.checks);
  check_ones(trainings, results.checks);
  for (const LawRuns* law : {&at_scale(trainings.gaussian, 1), &at_scale(trainings.sparse, 1)}) {
    std::vector<std::vector<NormalRun>> normal;
    for (std::int64_t seed = 1; seed <= s.seeds; ++seed) normal.push_back(train_normal(data, s, law->law, seed));
    check_normal_starts(*law, normal, results.checks);
  }
  add_figures(trainings, results);
  return results;
}

}  // namespace prenorm::papers::mesa_optimization
