#include "prenorm/ops/check.h"

#include <fmt/ranges.h>

#include "prenorm/base/error.h"

namespace prenorm::ops {
namespace {

std::string shape_of(const at::Tensor& x) { return fmt::format("[{}]", fmt::join(x.sizes(), ", ")); }

std::string wanted(std::int64_t size) { return size == Check::kAny ? "any" : std::to_string(size); }

bool fits(std::int64_t size, std::int64_t expected) { return expected == Check::kAny || size == expected; }

}  // namespace

void Check::alike(const at::Tensor& x, const char* name) const {
  if (x.scalar_type() != leading_.scalar_type())
    throw_error<UsageError>("{}: {} has elements of type {}, the other tensors {}; convert one", op_, name,
                            c10::toString(x.scalar_type()), c10::toString(leading_.scalar_type()));
  if (x.device() != leading_.device())
    throw_error<UsageError>("{}: {} is on {}, the other tensors on {}; move one", op_, name, x.device().str(),
                            leading_.device().str());
}

void Check::integers(const at::Tensor& x, const char* name) const {
  if (x.scalar_type() != at::kLong || !x.is_cpu())
    throw_error<UsageError>("{}: {} must be int64 on the CPU, it is {} on {}", op_, name,
                            c10::toString(x.scalar_type()), x.device().str());
}

void Check::matrix(const at::Tensor& x, std::int64_t rows, std::int64_t columns, const char* name) const {
  if (x.dim() != 2 || !fits(x.size(0), rows) || !fits(x.size(1), columns))
    throw_error<UsageError>("{}: {} must be [{}, {}], it is {}", op_, name, wanted(rows), wanted(columns), shape_of(x));
  alike(x, name);
}

void Check::vector(const at::Tensor& x, std::int64_t size, const char* name) const {
  if (x.dim() != 1 || !fits(x.size(0), size))
    throw_error<UsageError>("{}: {} must be [{}], it is {}", op_, name, wanted(size), shape_of(x));
  alike(x, name);
}

void Check::row_numbers(const at::Tensor& numbers, std::int64_t bound, const char* name) const {
  integers(numbers, name);
  const at::Tensor list = numbers.contiguous();
  const auto* number = list.data_ptr<std::int64_t>();
  for (std::int64_t i = 0; i < list.numel(); ++i)
    if (number[i] < 0 || number[i] >= bound)
      throw_error<UsageError>("{}: {} {} is not in [0, {})", op_, name, number[i], bound);
}

void Check::offsets(const at::Tensor& offsets, std::int64_t rows, const char* name) const {
  integers(offsets, name);
  if (offsets.dim() != 1 || offsets.numel() == 0 || !offsets.is_contiguous())
    throw_error<UsageError>("{}: {} must be [sequences + 1] and contiguous, it is {}", op_, name, shape_of(offsets));
  const auto* offset = offsets.data_ptr<std::int64_t>();
  const std::int64_t last = offsets.numel() - 1;
  if (offset[0] != 0 || offset[last] != rows)
    throw_error<UsageError>("{}: {} must ascend from 0 to the {} rows, they go from {} to {}", op_, name, rows,
                            offset[0], offset[last]);
  for (std::int64_t i = 0; i < last; ++i)
    if (offset[i + 1] < offset[i])
      throw_error<UsageError>("{}: {} must ascend, but {} comes after {}", op_, name, offset[i + 1], offset[i]);
}

void Check::equal(std::int64_t count, std::int64_t other, const char* what) const {
  if (count != other) throw_error<UsageError>("{}: {} must be as many, they are {} and {}", op_, what, count, other);
}

void Check::heads(std::int64_t columns, std::int64_t num_heads) const {
  if (num_heads < 1 || columns % num_heads != 0)
    throw_error<UsageError>("{}: {} columns cannot be divided among {} heads", op_, columns, num_heads);
}

void Check::probability(double p, const char* name) const {
  if (!(p >= 0 && p < 1)) throw_error<UsageError>("{}: {} must be in [0, 1), it is {}", op_, name, p);
}

}  // namespace prenorm::ops
