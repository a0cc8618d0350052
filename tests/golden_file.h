// Golden values recorded by tests/oracle/ (PyTorch and independent references), and the difference between tensors.
#pragma once

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "prenorm/io/safetensors.h"

namespace prenorm::testing {

inline io::TensorFile golden(const std::string& name) {
  return io::read_safetensors(std::string(PRENORM_TEST_DIR) + "/golden/" + name + ".safetensors");
}

inline std::vector<std::int64_t> integers(const at::Tensor& x) {
  const at::Tensor plain = x.contiguous();
  return {plain.data_ptr<std::int64_t>(), plain.data_ptr<std::int64_t>() + plain.numel()};
}

// max |a - b| / max |b|: by tensor, since single elements may be rounding noise. Shapes must agree.
inline double relative_difference(const at::Tensor& a, const at::Tensor& b) {
  if (a.sizes() != b.sizes()) return 1e30;
  if (a.numel() == 0) return 0;
  const at::Tensor x = a.detach().to(at::kDouble), y = b.detach().to(at::kDouble);
  const double scale = y.abs().max().item<double>();
  const double difference = (x - y).abs().max().item<double>();
  return scale > 0 ? difference / scale : difference;
}

}  // namespace prenorm::testing
