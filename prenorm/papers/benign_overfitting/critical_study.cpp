#include "prenorm/base/statistics.h"
#include "prenorm/papers/benign_overfitting/checks.h"

namespace prenorm::papers::benign_overfitting {
namespace {

std::vector<CriticalPoint> measured(const std::vector<CriticalSetting>& settings, std::int64_t seeds,
                                    const Cells& cells) {
  std::vector<CriticalSetting> all;
  for (CriticalSetting setting : settings)
    for (std::int64_t seed = 1; seed <= seeds; ++seed) {
      setting.data.seed = static_cast<std::uint64_t>(seed);
      all.push_back(setting);
    }
  const std::vector<double> products = critical_products(all, cells);
  std::vector<CriticalPoint> points;
  for (std::size_t i = 0; i < settings.size(); ++i) {
    const auto first = products.begin() + static_cast<std::int64_t>(i) * seeds;
    points.push_back({settings[i], mean_of(std::vector<double>(first, first + seeds))});
  }
  return points;
}

std::vector<CriticalSetting> by_patches(Trained trained) {
  std::vector<CriticalSetting> settings;
  for (const std::int64_t patches : {2, 4, 8}) {
    CriticalSetting& s = settings.emplace_back();
    s.data.patches = patches;
    s.trained = trained;
  }
  return settings;
}

std::vector<CriticalSetting> by_stop(Trained trained) {
  std::vector<CriticalSetting> settings;
  for (const double stop : {0.03, 0.1}) settings.push_back({{}, stop, trained});
  return settings;
}

std::vector<CriticalSetting> by_strong_noise(Trained trained) {
  std::vector<CriticalSetting> settings;
  for (const double strong : {2, 3}) {
    CriticalSetting& s = settings.emplace_back();
    s.data.strong_noise = strong;
    s.trained = trained;
  }
  return settings;
}

// M = 4, the stop 0.01 and C_p = 1 are common to all three.
std::vector<CriticalPoint> with_first(const CriticalPoint& first, std::vector<CriticalPoint> others) {
  others.insert(others.begin(), first);
  return others;
}

// At N SNR^2 = 1, where the error is neither 0 nor a half.
std::vector<ErrorPoint> errors_by_dimension(std::int64_t seeds, const Cells& cells) {
  std::vector<RunSetting> settings;
  for (const std::int64_t dimension : {512, 1024, 2048})
    for (std::int64_t seed = 1; seed <= seeds; ++seed) {
      DataSetting data = small_data(seed, 1);
      data.dimension = dimension;
      settings.push_back(run_setting(data, {kStop}, Trained::kValuesOnly));
    }
  const std::vector<Run> runs = train_all("errors", settings, cells);
  std::vector<ErrorPoint> points;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (settings[i].data.seed == 1) points.push_back({settings[i].data, 0});
    points.back().error += runs[i].at_stop(0).test.error / static_cast<double>(seeds);
  }
  return points;
}

}  // namespace

CriticalStudy study_critical(const ExperimentSetting& s, const Cells& cells) {
  const auto points = [&](const std::vector<CriticalSetting>& settings) { return measured(settings, s.seeds, cells); };
  CriticalSetting slow, low_dimension;
  slow.rate_factor = 0.25;
  low_dimension.data.dimension = 512;
  CriticalStudy study;
  study.patches = points(by_patches(Trained::kAll));
  study.uniform_patches = points(by_patches(Trained::kValuesOnly));
  study.stops = with_first(study.patches[1], points(by_stop(Trained::kAll)));
  study.uniform_stops = with_first(study.uniform_patches[1], points(by_stop(Trained::kValuesOnly)));
  study.strong = with_first(study.patches[1], points(by_strong_noise(Trained::kAll)));
  study.uniform_strong = with_first(study.uniform_patches[1], points(by_strong_noise(Trained::kValuesOnly)));
  study.slow = points({slow})[0];
  study.low_dimension = points({low_dimension})[0];
  study.uniform_errors = errors_by_dimension(s.seeds, cells);
  return study;
}

}  // namespace prenorm::papers::benign_overfitting
