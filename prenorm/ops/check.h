// Arguments of public operators are checked before memory is accessed through them. Each check throws a UsageError that
// names the operator, the argument and the requirement.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace prenorm::ops {

class Check {
 public:
  // Every other matrix and vector must have the dtype and device of `leading`.
  Check(const char* op, const at::Tensor& leading) : op_(op), leading_(leading) {}

  static constexpr std::int64_t kAny = -1;
  // [rows, columns]
  void matrix(const at::Tensor& x, std::int64_t rows, std::int64_t columns, const char* name) const;
  // [size]
  void vector(const at::Tensor& x, std::int64_t size, const char* name) const;
  // int64, on the CPU, each in [0, bound)
  void row_numbers(const at::Tensor& numbers, std::int64_t bound, const char* name) const;
  // int64, on the CPU, ascending from 0 to `rows`
  void offsets(const at::Tensor& offsets, std::int64_t rows, const char* name) const;
  void equal(std::int64_t count, std::int64_t other, const char* what) const;
  void heads(std::int64_t columns, std::int64_t num_heads) const;
  // [0, 1)
  void probability(double p, const char* name) const;

 private:
  void alike(const at::Tensor& x, const char* name) const;
  void integers(const at::Tensor& x, const char* name) const;

  const char* op_;
  const at::Tensor& leading_;
};

}  // namespace prenorm::ops
