// The 10,000 test pictures of MNIST.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace prenorm::papers::real_data {

inline constexpr std::string_view kDigitPictures = "mnist/t10k-images-idx3-ubyte.gz";
inline constexpr std::string_view kDigitLabels = "mnist/t10k-labels-idx1-ubyte.gz";

struct Digits {
  at::Tensor pictures;  // [10000, 28, 28], double, 0 to 1
  std::vector<std::int64_t> labels;
};
// Errors: FileError; DataError if a file is not an idx file of the right size.
Digits read_digits();

}  // namespace prenorm::papers::real_data
