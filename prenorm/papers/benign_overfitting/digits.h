// Pictures as signals: a sample's first patch is an MNIST digit of one of two kinds, the others are noise.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "prenorm/papers/benign_overfitting/grid.h"
#include "prenorm/papers/benign_overfitting/runs.h"
#include "prenorm/papers/real_data/digits.h"

namespace prenorm::papers::benign_overfitting {

// Pictures [pictures, 784] of the digits 0 and 1, of mean norm 1.
struct DigitSignals {
  at::Tensor positive, negative;
};
DigitSignals digit_signals(const real_data::Digits& digits);

// d = 784; noise patches have all coordinates, so they are not quite orthogonal to the pictures.
DataSetting digits_data();
// Each seed shuffles the pictures: training samples from the front, 100 fresh ones of each kind from the end.
Tokens digit_tokens(const DigitSignals& digits, const DataSetting& data);
FreshSamples fresh_digits(const DigitSignals& digits, const DataSetting& data);

// One cell for each run.
std::vector<LossGrid> measure_digit_grid(const DigitSignals& digits, const GridSetting& setting, const Cells& cells);

}  // namespace prenorm::papers::benign_overfitting
