// The 10,000 test pictures of MNIST.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "prenorm/papers/real_data/folder.h"

namespace prenorm::papers::real_data {

inline constexpr std::string_view kDigitPictures = "mnist/t10k-images-idx3-ubyte.gz";
inline constexpr std::string_view kDigitLabels = "mnist/t10k-labels-idx1-ubyte.gz";

struct Digits {
  at::Tensor pictures;  // [10000, 28, 28], double, 0 to 1
  std::vector<std::int64_t> labels;
};
// Errors: FileError; DataError if a file is not an idx file of the right size.
Digits read_digits(const std::filesystem::path& data = folder());

// The note that `what` was skipped since a file is not there; empty if both are.
std::string skipped_digits_note(std::string_view what);

}  // namespace prenorm::papers::real_data
