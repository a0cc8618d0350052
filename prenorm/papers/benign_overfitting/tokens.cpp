#include "prenorm/papers/benign_overfitting/tokens.h"

#include <ATen/ops/zeros.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "prenorm/base/random.h"
#include "prenorm/nn/initialization.h"

namespace prenorm::papers::benign_overfitting {
namespace {

double draw_label(const DataSetting& data, std::int64_t sample) {
  if (data.labels == LabelLaw::kBalanced) return sample % 2 == 0 ? 1 : -1;
  RandomStream random(mix_key({name_key("label"), data.seed, static_cast<std::uint64_t>(sample)}));
  return random.below(2) == 0 ? 1 : -1;
}

// The first two coordinates are those of the signals.
void draw_noise(const DataSetting& data, std::int64_t sample, at::Tensor patches) {
  RandomStream random(mix_key({name_key("noise"), data.seed, static_cast<std::uint64_t>(sample)}));
  at::Tensor noise = at::zeros({data.patches - 1, data.dimension - 2}, at::kDouble);
  nn::normal(data.noise_deviation())(noise, random);
  noise[0].mul_(data.strong_noise);
  patches.narrow(1, 2, data.dimension - 2).copy_(noise);
}

}  // namespace

double DataSetting::noise_deviation() const { return 1 / std::sqrt(static_cast<double>(dimension)); }

std::string name_of(const DataSetting& d) {
  return fmt::format("d {}, M {}, N {}, SNR {}, C_p {}, {} labels, seed {}", d.dimension, d.patches, d.samples, d.snr,
                     d.strong_noise, enum_name(d.labels), d.seed);
}

double Tokens::positive_share() const {
  return static_cast<double>(std::count(labels.begin(), labels.end(), 1.0)) / static_cast<double>(labels.size());
}

Tokens draw_tokens(const DataSetting& data) {
  const std::int64_t noisy = data.patches - 1;
  Tokens tokens{at::zeros({2 + data.samples * noisy, data.dimension}, at::kDouble), data.patches, {}, {}};
  tokens.values[0][0] = data.snr;
  tokens.values[1][1] = data.snr;
  for (std::int64_t n = 0; n < data.samples; ++n) {
    tokens.labels.push_back(draw_label(data, n));
    tokens.rows.push_back(tokens.labels.back() > 0 ? 0 : 1);
    for (std::int64_t j = 0; j < noisy; ++j) tokens.rows.push_back(2 + n * noisy + j);
    draw_noise(data, n, tokens.values.narrow(0, 2 + n * noisy, noisy));
  }
  return tokens;
}

}  // namespace prenorm::papers::benign_overfitting
