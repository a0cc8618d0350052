// The sequences of Zheng et al. 2024 (section 3.1): x_{t+1} = W x_t with a diagonal W of d random phases, new for each
// sequence, and a real x_1. So x_{t,j} = phase_j^(t-1) x_{1,j}.
#pragma once

#include <array>
#include <complex>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prenorm/base/describe.h"

namespace prenorm::papers::mesa_optimization {

using Complex = std::complex<double>;

// How x_1 is drawn; `scale` below is sigma or c.
enum class StartLaw : std::uint8_t {
  kGaussian,  // N(0, scale^2 I)
  kSparse,    // one coordinate, each as likely, is +-scale; the others are 0 (Example 4.1)
  kOnes,      // all coordinates are `scale` (section 4.3)
  kSigns      // each coordinate is +-scale, independently: Assumption 4.1 holds, unlike for kOnes
};

struct SequenceLaw {
  StartLaw start = StartLaw::kGaussian;
  double scale = 1;
  std::int64_t dimension = 5, length = 100;  // d and T
};
std::string name_of(const SequenceLaw& law);  // "gaussian 0.5, d 5, T 100"

enum class DataRole : std::uint8_t { kTraining, kTest };

struct DataSet {
  SequenceLaw law;
  std::int64_t sequences = 10000;
  std::uint64_t seed = 1;
  DataRole role = DataRole::kTraining;
};
std::string name_of(const DataSet& data);  // says everything that the sequences depend on

struct Sequence {
  std::vector<double> start;
  std::vector<Complex> phase;
};

// Sequence i is a function of (data, i) alone.
Sequence draw_sequence(const DataSet& data, std::int64_t i);

// x_1 ... x_T: state t, counted from 1, is at (t - 1) * d.
std::vector<Complex> states_of(const Sequence& sequence, std::int64_t length);

}  // namespace prenorm::papers::mesa_optimization

template <>
struct prenorm::EnumNames<prenorm::papers::mesa_optimization::StartLaw> {
  using Law = prenorm::papers::mesa_optimization::StartLaw;
  static constexpr std::array<std::pair<Law, std::string_view>, 4> values{
      {{Law::kGaussian, "gaussian"}, {Law::kSparse, "sparse"}, {Law::kOnes, "ones"}, {Law::kSigns, "signs"}}};
};
