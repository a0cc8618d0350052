#include "prenorm/papers/benign_overfitting/theory.h"

#include <cmath>

namespace prenorm::papers::benign_overfitting {

double margin_of_loss(double loss) { return -std::log(std::expm1(loss)); }

double critical_product(std::int64_t patches, double strong_noise, double training_loss, double test_loss) {
  const double energy = static_cast<double>(patches - 2) + strong_noise * strong_noise;
  const double trained = margin_of_loss(training_loss), fresh = margin_of_loss(test_loss);
  return 2 * energy * fresh / (trained - fresh);
}

EarlyGrowth early_growth(const DataSetting& data, double positive_share) {
  const auto patches = static_cast<double>(data.patches), samples = static_cast<double>(data.samples);
  const double signal = data.snr * data.snr / (2 * patches);
  const double noise_square = static_cast<double>(data.dimension - 2) / static_cast<double>(data.dimension);
  return {signal * positive_share, -signal * (1 - positive_share), noise_square / (2 * samples * patches)};
}

double training_time(const DataSetting& data, double training_loss) {
  const auto patches = static_cast<double>(data.patches), samples = static_cast<double>(data.samples);
  const double growth = (data.snr * data.snr / 2 + (patches - 1) / samples) / (patches * patches);
  const double margin = margin_of_loss(training_loss);
  return (std::exp(margin) + margin - 1) / growth;
}

double fresh_error(const DataSetting& data) {
  const auto samples = static_cast<double>(data.samples), noisy = static_cast<double>(data.patches - 1);
  const double product = samples * data.snr * data.snr;
  const double z = product / (2 * noisy) * std::sqrt(static_cast<double>(data.dimension) / samples);
  return std::erfc(z / std::sqrt(2.0)) / 2;
}

}  // namespace prenorm::papers::benign_overfitting
