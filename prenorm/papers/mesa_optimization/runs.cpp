#include "prenorm/papers/mesa_optimization/runs.h"

#include <nlohmann/json.hpp>

#include "prenorm/base/error.h"

namespace prenorm::papers::mesa_optimization {
namespace {

struct PaperRate {
  StartLaw start;
  double scale, rate;
};
constexpr PaperRate kPaperRates[] = {
    {StartLaw::kGaussian, 0.5, 1e-3}, {StartLaw::kGaussian, 1, 1e-4}, {StartLaw::kGaussian, 2, 2e-6},
    {StartLaw::kSparse, 0.5, 3e-2},   {StartLaw::kSparse, 1, 1e-3},   {StartLaw::kSparse, 2, 1e-4},
    {StartLaw::kOnes, 1, 5e-4},       {StartLaw::kSigns, 1, 5e-4},
};

}  // namespace

RunSetting run_setting(const ExperimentOptions& options) {
  RunSetting setting;
  setting.seeds = options.seeds;
  if (!options.quick) return setting;
  setting.sequences = 4000;
  setting.lengths = {5, 30};
  return setting;
}

double paper_rate(const SequenceLaw& law) {
  for (const PaperRate& r : kPaperRates)
    if (r.start == law.start && r.scale == law.scale) return r.rate * 98 / static_cast<double>(law.length - 2);
  throw_error<UsageError>("there is no learning rate for {} {}", enum_name(law.start), law.scale);
}

DataSets::DataSets(const std::vector<DataSet>& data, const Cells& cells) {
  std::vector<std::string> names;
  for (const DataSet& set : data) names.push_back("moments, " + name_of(set));
  const auto found = cells.get_all("data sets", names, CellThreads::kOneEach,
                                   [&](std::size_t i) { return to_json(quadratic_loss_of(data[i])); });
  for (std::size_t i = 0; i < data.size(); ++i) losses_.emplace(name_of(data[i]), quadratic_loss_from_json(found[i]));
}

DataSet data_set(const RunSetting& setting, const SequenceLaw& law, std::int64_t seed, DataRole role) {
  return {law, setting.sequences, static_cast<std::uint64_t>(seed), role};
}

std::vector<DataSet> data_sets_of(const RunSetting& s) {
  std::vector<DataSet> data;
  for (std::int64_t seed = 1; seed <= s.seeds; ++seed) {
    const auto add = [&](StartLaw start, double scale, std::int64_t length, DataRole role = DataRole::kTraining) {
      data.push_back(data_set(s, {start, scale, 5, length}, seed, role));
    };
    for (const double scale : s.scales)
      for (const StartLaw start : {StartLaw::kGaussian, StartLaw::kSparse}) add(start, scale, s.length);
    for (const StartLaw start : {StartLaw::kOnes, StartLaw::kSigns}) add(start, 1, s.length);
    for (const StartLaw start : {StartLaw::kGaussian, StartLaw::kSparse, StartLaw::kOnes}) {
      add(start, 1, s.length, DataRole::kTest);
      for (const std::int64_t length : s.lengths) add(start, 1, length);
    }
  }
  return data;
}

LawRuns train_law(const DataSets& data, const RunSetting& setting, const SequenceLaw& law, Freedom freedom,
                  Testing testing) {
  LawRuns runs{law, setting.sequences, paper_rate(law), theory_of(law, population_moments(law)), {}};
  for (std::int64_t seed = 1; seed <= setting.seeds; ++seed) {
    SeedRuns& mine = runs.seeds.emplace_back();
    mine.training = &data.at(data_set(setting, law, seed));
    if (testing == Testing::kTestSet) mine.test = &data.at(data_set(setting, law, seed, DataRole::kTest));
    mine.theory = theory_of(law, mine.training->starts);
    for (std::size_t i = 0; i < kStarts.size(); ++i)
      mine.starts.at(i) = descend(*mine.training, diagonal_weights(law.dimension, kStarts.at(i).a, kStarts.at(i).b),
                                  {runs.rate, setting.epochs, freedom}, mine.test);
  }
  return runs;
}

std::vector<NormalRun> train_normal(const DataSets& data, const RunSetting& setting, const SequenceLaw& law,
                                    std::int64_t seed) {
  std::vector<NormalRun> runs;
  const QuadraticLoss& training = data.at(data_set(setting, law, seed));
  for (const double deviation : setting.deviations)
    runs.push_back(
        {deviation, descend(training, normal_weights(law.dimension, deviation, static_cast<std::uint64_t>(seed)),
                            {paper_rate(law), setting.normal_epochs, Freedom::kAllEntries})});
  return runs;
}

}  // namespace prenorm::papers::mesa_optimization
