#include <functional>

#include "prenorm/base/statistics.h"
#include "prenorm/papers/benign_overfitting/checks.h"
#include "prenorm/papers/benign_overfitting/theory.h"

namespace prenorm::papers::benign_overfitting {
namespace {

// Mean times over seeds for each of `count` settings, which `make` makes from an index and a seed.
std::vector<std::vector<double>> mean_times(std::size_t count, std::int64_t seeds,
                                            const std::function<RunSetting(std::size_t, std::int64_t)>& make,
                                            const Cells& cells) {
  std::vector<RunSetting> settings;
  for (std::size_t i = 0; i < count; ++i)
    for (std::int64_t seed = 1; seed <= seeds; ++seed) settings.push_back(make(i, seed));
  const std::vector<Run> runs = train_all("stopping times", settings, cells);
  const std::size_t stops = settings[0].descent.stops.size();
  std::vector<std::vector<double>> times(count, std::vector<double>(stops, 0.0));
  for (std::size_t r = 0; r < runs.size(); ++r)
    for (std::size_t stop = 0; stop < stops; ++stop)
      times[r / static_cast<std::size_t>(seeds)][stop] += runs[r].time(stop) / static_cast<double>(seeds);
  return times;
}

double exponent_at_stop(const std::vector<double>& x, const std::vector<std::vector<double>>& times,
                        const std::vector<double>& losses) {
  std::vector<double> y;
  for (const auto& run : times)
    for (std::size_t stop = 0; stop < losses.size(); ++stop)
      if (losses[stop] == kStop) y.push_back(run[stop]);
  return fit_exponent(x, y);
}

double exponent_of_loss(const std::vector<double>& losses, const std::vector<double>& times) {
  std::vector<double> inverse;
  for (const double loss : losses) inverse.push_back(1 / loss);
  return fit_exponent(inverse, times);
}

// Measured over predicted times with uniform attention.
double farthest_time(const StoppingStudy& s) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < s.snr.size(); ++i) {
    DataSetting data;
    data.snr = s.snr[i];
    for (std::size_t stop = 0; stop < s.losses.size(); ++stop)
      ratios.push_back(s.uniform[i][stop] / training_time(data, s.losses[stop]));
  }
  return farthest_from(1, ratios);
}

}  // namespace

StoppingStudy study_stopping(const ExperimentSetting& s, const Cells& cells) {
  StoppingStudy study{s.stopping_losses, {}, s.stopping_snr, {}, {}, {}};
  study.samples.assign(s.stopping_samples.begin(), s.stopping_samples.end());
  const auto harmful = [&](std::size_t i, std::int64_t seed) {
    DataSetting data = small_data(seed, 1);
    data.samples = s.stopping_samples[i];
    return run_setting(at_product(data, 0.1), s.stopping_losses);
  };
  const auto benign = [&](Trained trained) {
    return [&s, trained](std::size_t i, std::int64_t seed) {
      DataSetting data = small_data(seed, 1);
      data.snr = s.stopping_snr[i];
      RunSetting setting = run_setting(data, s.stopping_losses, trained);
      setting.descent.rate = 0.25;  // the same for all SNR
      return setting;
    };
  };
  study.harmful = mean_times(study.samples.size(), s.seeds, harmful, cells);
  study.benign = mean_times(study.snr.size(), s.seeds, benign(Trained::kAll), cells);
  study.uniform = mean_times(study.snr.size(), s.seeds, benign(Trained::kValuesOnly), cells);
  return study;
}

void check_stopping(const StoppingStudy& s, std::vector<Check>& checks) {
  const auto add = [&](const std::string& name, double measured, double predicted, Interval accepted,
                       const std::string& what) {
    checks.push_back({name, "rates of the theorems", {}, measured, predicted, accepted, what});
  };
  const std::size_t middle = s.snr.size() / 2;
  add("harmful_time_exponent_in_samples", exponent_at_stop(s.samples, s.harmful, s.losses), 1, {0.7, 1.2},
      "exponent of rate times steps in N at N SNR^2 = 0.1");
  add("benign_time_exponent_in_snr", exponent_at_stop(s.snr, s.benign, s.losses), -2, {-2.3, -1.2},
      "exponent of rate times steps in SNR at N = 32, attention trained");
  add("uniform_time", farthest_time(s), 1, {0.93, 1.07},
      "rate times steps with uniform attention over the closed form; of all SNR and losses the farthest from 1");
  add("harmful_time_exponent_in_loss", exponent_of_loss(s.losses, s.harmful[s.harmful.size() / 2]), 1, {0.5, 1},
      "exponent of rate times steps in 1/(training loss at the stop), harmful regime");
  add("benign_time_exponent_in_loss", exponent_of_loss(s.losses, s.benign[middle]), 1, {0.5, 1},
      "the same in the benign regime");
  add("uniform_time_exponent_in_loss", exponent_of_loss(s.losses, s.uniform[middle]), 1, {0.85, 1.1},
      "the same with uniform attention");
}

}  // namespace prenorm::papers::benign_overfitting
