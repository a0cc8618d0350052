// Pictures as signals: a sample's first patch is an MNIST digit of one of two kinds, the others are noise.
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <string>
#include <vector>

#include "prenorm/papers/benign_overfitting/grid.h"
#include "prenorm/papers/benign_overfitting/runs.h"

namespace prenorm::papers::benign_overfitting {

// The folder of the files of MNIST: `mnist` in the folder that PRENORM_TEST_DATA names, else in ../shared/data.
std::filesystem::path digits_folder();
// Why digits in this folder cannot be read, for people; empty if it has the files.
std::string digits_missing(const std::filesystem::path& folder);

// Pictures [pictures, 784] of two digits, of mean norm 1.
struct Digits {
  at::Tensor positive, negative;
};
// The digits 0 and 1 of the 10,000 test pictures of MNIST in their idx files. Errors: FileError; Error if a file is
// not what it should be.
Digits read_digits(const std::filesystem::path& folder);

// d = 784; noise patches have all coordinates, so they are not quite orthogonal to the pictures.
DataSetting digits_data();
// Each seed shuffles the pictures: training samples from the front, 100 fresh ones of each kind from the end.
Tokens digit_tokens(const Digits& digits, const DataSetting& data);
FreshSamples fresh_digits(const Digits& digits, const DataSetting& data);

// One cell for each run.
std::vector<LossGrid> measure_digit_grid(const Digits& digits, const GridSetting& setting, const Cells& cells);

}  // namespace prenorm::papers::benign_overfitting
