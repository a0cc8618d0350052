// Trainings of the two-layer model as cells of the experiment.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "prenorm/papers/benign_overfitting/descent.h"
#include "prenorm/papers/benign_overfitting/fresh_samples.h"
#include "prenorm/papers/cells.h"

namespace prenorm::papers::benign_overfitting {

// The test loss that separates the two regimes in the paper's Figure 1b.
inline constexpr double kTestLoss = 0.2;
// The training loss at which all runs stop unless said otherwise.
inline constexpr double kStop = 0.01;

// The rate of a run: 8 min(1, N/16) min(1, 1/SNR^2). The curvature of the loss grows as |mu|^2, and for noise falls as
// 1/N.
double rate_for(const DataSetting& data);

enum class Record : std::uint8_t { kStops, kTrace };

struct RunSetting {
  DataSetting data;
  StartSetting start;
  DescentOptions descent;
  Record record = Record::kStops;
};
// A run of `data` with the rate above, to the training losses `stops`.
RunSetting run_setting(const DataSetting& data, std::vector<double> stops = {kStop}, Trained trained = Trained::kAll);
std::string name_of(const RunSetting& setting);  // says everything that a run depends on

struct StopResult {
  State state;
  TestResult test;
};
struct Run {
  double rate = 0;
  std::vector<StopResult> stops;  // as many as descent reached
  std::vector<State> trace;       // each step at first, later those that are 1 % apart

  // The stop with this index; one of NaN if descent did not reach it.
  StopResult at_stop(std::size_t stop) const;
  double time(std::size_t stop) const;  // rate times steps
};
nlohmann::json to_json(const Run& run);
Run run_from_json(const nlohmann::json& json);

Run train(const RunSetting& setting);
// The same on given samples.
Run train_on(const Tokens& tokens, const FreshSamples& fresh, const RunSetting& setting);

// One cell each, with a thread of its own.
std::vector<Run> train_all(const std::string& label, const std::vector<RunSetting>& settings, const Cells& cells);
std::vector<Run> run_cells(const std::string& label, const std::vector<std::string>& names,
                           const std::function<Run(std::size_t)>& compute, const Cells& cells);

}  // namespace prenorm::papers::benign_overfitting
