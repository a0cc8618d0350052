#include "prenorm/papers/benign_overfitting/digits.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <string>

#include "prenorm/base/random.h"
#include "prenorm/nn/initialization.h"

namespace prenorm::papers::benign_overfitting {
namespace {

constexpr std::int64_t kPixels = 784, kFresh = 100;

at::Tensor pictures_of(const real_data::Digits& digits, std::int64_t digit) {
  const at::Tensor wanted = at::tensor(digits.labels) == digit;
  return digits.pictures.reshape({-1, kPixels}).index({wanted});
}

std::vector<std::int64_t> shuffled(std::int64_t count, std::uint64_t seed) {
  std::vector<std::int64_t> order;
  for (std::int64_t i = 0; i < count; ++i) order.push_back(i);
  RandomStream random(mix_key({name_key("digits"), seed}));
  shuffle(order, random);
  return order;
}

at::Tensor fresh_of(const at::Tensor& pictures, std::uint64_t seed) {
  std::vector<std::int64_t> order = shuffled(pictures.size(0), seed);
  return pictures.index_select(0, at::tensor(std::vector<std::int64_t>(order.end() - kFresh, order.end())));
}

}  // namespace

DigitSignals digit_signals(const real_data::Digits& digits) {
  const at::Tensor positive = pictures_of(digits, 0), negative = pictures_of(digits, 1);
  const at::Tensor mean_norm = at::cat({positive, negative}).norm(2, 1).mean();
  return {positive / mean_norm, negative / mean_norm};
}

DataSetting digits_data() {
  DataSetting data;
  data.dimension = kPixels;
  return data;
}

Tokens digit_tokens(const DigitSignals& digits, const DataSetting& data) {
  Tokens tokens{at::zeros({data.samples * data.patches, kPixels}, at::kDouble), data.patches, {}, {}};
  nn::normal(data.noise_deviation())(tokens.values, RandomStream(mix_key({name_key("noise"), data.seed})));
  const auto positive = shuffled(digits.positive.size(0), data.seed);
  const auto negative = shuffled(digits.negative.size(0), data.seed);
  for (std::int64_t n = 0; n < data.samples; ++n) {
    const auto place = static_cast<std::size_t>(n / 2);
    const bool is_positive = n % 2 == 0;
    tokens.labels.push_back(is_positive ? 1 : -1);
    tokens.values[n * data.patches].copy_(
        data.snr * (is_positive ? digits.positive[positive[place]] : digits.negative[negative[place]]));
    for (std::int64_t j = 0; j < data.patches; ++j) tokens.rows.push_back(n * data.patches + j);
  }
  return tokens;
}

FreshSamples fresh_digits(const DigitSignals& digits, const DataSetting& data) {
  FreshSamples fresh;
  fresh.signals = data.snr * at::cat({fresh_of(digits.positive, data.seed), fresh_of(digits.negative, data.seed)});
  fresh.draws = 10;
  fresh.patches = data.patches;
  fresh.noise_from = 0;
  fresh.noise_deviation = data.noise_deviation();
  fresh.seed = data.seed;
  for (std::int64_t i = 0; i < 2 * kFresh; ++i) fresh.labels.push_back(i < kFresh ? 1 : -1);
  return fresh;
}

std::vector<LossGrid> measure_digit_grid(const DigitSignals& digits, const GridSetting& s, const Cells& cells) {
  std::vector<RunSetting> settings;
  std::vector<std::string> names;
  for (const DataSetting& data : grid_data(s, digits_data())) {
    settings.push_back(run_setting(data, s.stops));
    names.push_back("digits 0 and 1 of MNIST, " + name_of(settings.back()));
  }
  const auto train_one = [&](std::size_t i) {
    const DataSetting& data = settings[i].data;
    return train_on(digit_tokens(digits, data), fresh_digits(digits, data), settings[i]);
  };
  return grids_of(s, run_cells("heat map of digits", names, train_one, cells));
}

}  // namespace prenorm::papers::benign_overfitting
