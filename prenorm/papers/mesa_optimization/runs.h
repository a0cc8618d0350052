// The trainings of the experiment: laws of x_1, starts, seeds.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "prenorm/papers/cells.h"
#include "prenorm/papers/experiment.h"
#include "prenorm/papers/mesa_optimization/descent.h"

namespace prenorm::papers::mesa_optimization {

// (a_0, b_0) of section 5.
inline constexpr std::array kStarts = {ScalarPoint{0.1, 0.1}, ScalarPoint{0.5, 1.5}, ScalarPoint{2, 2}};
enum StartIndex : std::uint8_t { kSmallStart, kUnequalStart, kLargeStart };

struct RunSetting {
  std::int64_t sequences = 10000, seeds = 3, length = 100, epochs = 200;
  std::vector<double> scales = {0.5, 1, 2};             // sigma and c
  std::vector<std::int64_t> lengths = {5, 20, 30, 50};  // T besides `length`
  std::vector<double> deviations = {0.001, 0.01, 0.1};  // of normal weights at the start
  std::int64_t normal_epochs = 2000;
};
RunSetting run_setting(const ExperimentOptions& options);

// The paper's learning rate (those of its code), which is for T = 100: the loss is a sum over T - 2 terms, so the rate
// is scaled by 98/(T - 2). Errors: UsageError for a scale that the paper does not have.
double paper_rate(const SequenceLaw& law);

// The losses of all data sets, computed once.
class DataSets {
 public:
  DataSets(const std::vector<DataSet>& data, const Cells& cells);
  const QuadraticLoss& at(const DataSet& data) const { return losses_.at(name_of(data)); }

 private:
  std::map<std::string, QuadraticLoss> losses_;
};
std::vector<DataSet> data_sets_of(const RunSetting& setting);
DataSet data_set(const RunSetting& setting, const SequenceLaw& law, std::int64_t seed,
                 DataRole role = DataRole::kTraining);

// What one seed of a law trained; below, all seeds of a law.
struct SeedRuns {
  const QuadraticLoss* training = nullptr;
  const QuadraticLoss* test = nullptr;  // null unless asked for
  Theory theory;                        // with the moments of this training set
  std::array<Descent, kStarts.size()> starts;
};
struct LawRuns {
  SequenceLaw law;
  std::int64_t sequences = 0;
  double rate = 0;
  Theory theory;  // with the moments of the law
  std::vector<SeedRuns> seeds;
};
enum class Testing : std::uint8_t { kNone, kTestSet };
LawRuns train_law(const DataSets& data, const RunSetting& setting, const SequenceLaw& law,
                  Freedom freedom = Freedom::kAllEntries, Testing testing = Testing::kNone);

// From weights that are all drawn from N(0, deviation^2), those of the two blocks.
struct NormalRun {
  double deviation = 0;
  Descent run;
};
std::vector<NormalRun> train_normal(const DataSets& data, const RunSetting& setting, const SequenceLaw& law,
                                    std::int64_t seed);

}  // namespace prenorm::papers::mesa_optimization
