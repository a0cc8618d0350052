// The data of Jiang et al. 2024: a sample is M patches. The first is the signal mu_+ or mu_- of its label,
// the others are Gaussian noise orthogonal to both signals.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prenorm/base/describe.h"

namespace prenorm::papers::benign_overfitting {

enum class LabelLaw : std::uint8_t {
  kBalanced,  // +1 and -1 in turn
  kCoin       // +1 or -1, independently and equally likely
};

// sigma_p = 1/sqrt(d): noise patches have norm 1, and |mu| = SNR.
struct DataSetting {
  std::int64_t dimension = 2048, patches = 4, samples = 32;  // d, M, N
  double snr = 1;
  double strong_noise = 1;  // C_p: the second patch's noise has the standard deviation C_p sigma_p
  LabelLaw labels = LabelLaw::kBalanced;
  std::uint64_t seed = 1;

  double noise_deviation() const;
};
std::string name_of(const DataSetting& data);  // says everything that the samples depend on

// Patches of a set of samples. Equal patches share a row.
struct Tokens {
  at::Tensor values;               // [rows, d], double
  std::int64_t patches = 0;        // M
  std::vector<std::int64_t> rows;  // [samples, M]
  std::vector<double> labels;      // [samples]

  std::int64_t samples() const { return static_cast<std::int64_t>(labels.size()); }
  double positive_share() const;  // of the labels: p_+
};

// mu_+ and mu_- are the rows 0 and 1. Fewer samples of a seed are the first of more, and SNR changes only the signals.
Tokens draw_tokens(const DataSetting& data);

}  // namespace prenorm::papers::benign_overfitting

template <>
struct prenorm::EnumNames<prenorm::papers::benign_overfitting::LabelLaw> {
  using Law = prenorm::papers::benign_overfitting::LabelLaw;
  static constexpr std::array<std::pair<Law, std::string_view>, 2> values{
      {{Law::kBalanced, "balanced"}, {Law::kCoin, "coin"}}};
};
