#include "prenorm/papers/benign_overfitting/critical.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "prenorm/papers/benign_overfitting/theory.h"

namespace prenorm::papers::benign_overfitting {
namespace {

double test_loss_at(const CriticalSetting& setting, double product) {
  DataSetting data = setting.data;
  data.snr = std::sqrt(product / static_cast<double>(data.samples));
  RunSetting run = run_setting(data, {setting.stop}, setting.trained);
  run.descent.rate *= setting.rate_factor;
  return train(run).at_stop(0).test.loss;
}

}  // namespace

double CriticalSetting::predicted() const { return critical_product(data.patches, data.strong_noise, stop, kTestLoss); }

std::string name_of(const CriticalSetting& s) {
  DataSetting data = s.data;
  data.snr = 0;
  return fmt::format("critical N SNR^2, {}; {} trained, rate times {}, to {}", name_of(data), enum_name(s.trained),
                     s.rate_factor, s.stop);
}

double critical_product(const CriticalSetting& setting) {
  double low = setting.predicted() / 4, high = setting.predicted() * 4;
  for (int halving = 0; halving < 8; ++halving) {
    const double middle = std::sqrt(low * high);
    (test_loss_at(setting, middle) > kTestLoss ? low : high) = middle;
  }
  return std::sqrt(low * high);
}

std::vector<double> critical_products(const std::vector<CriticalSetting>& settings, const Cells& cells) {
  std::vector<std::string> names;
  for (const CriticalSetting& setting : settings) names.push_back(name_of(setting));
  const auto found = cells.get_all("critical SNR", names, CellThreads::kOneEach,
                                   [&](std::size_t i) -> nlohmann::json { return critical_product(settings[i]); });
  return {found.begin(), found.end()};
}

}  // namespace prenorm::papers::benign_overfitting
