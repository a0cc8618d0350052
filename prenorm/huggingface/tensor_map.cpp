#include <ATen/ops/argsort.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/zeros.h>

#include <algorithm>

#include "prenorm/huggingface/layout.h"

namespace prenorm::huggingface {
namespace {

// 0, 2, 4, ..., 1, 3, 5, ...: the index in ours of each element of theirs.
at::Tensor halved(std::int64_t size) {
  at::Tensor order = at::empty({size}, at::kLong);
  auto* out = order.data_ptr<std::int64_t>();
  for (std::int64_t start = 0; start < 2; ++start)
    for (std::int64_t i = start; i < size; i += 2) *out++ = i;
  return order;
}

}  // namespace

std::vector<std::int64_t> TensorMap::their_shape() const {
  std::vector<std::int64_t> result = shape;
  result[0] = result[0] / std::ssize(theirs) + stored.rows_before;
  if (stored.transposed) std::reverse(result.begin(), result.end());
  return result;
}

std::vector<at::Tensor> TensorMap::to_theirs(const at::Tensor& tensor) const {
  at::Tensor all = tensor.detach();
  if (stored.halved_rows) all = at::index_select(all, 0, halved(all.size(0)));
  if (stored.halved_columns) all = at::index_select(all, 1, halved(all.size(1)));
  std::vector<at::Tensor> parts;
  const std::int64_t rows = all.size(0) / std::ssize(theirs);
  for (std::int64_t i = 0; i < std::ssize(theirs); ++i) {
    at::Tensor part = all.narrow(0, i * rows, rows);
    if (stored.rows_before > 0) {
      std::vector<std::int64_t> before = part.sizes().vec();
      before[0] = stored.rows_before;
      part = at::cat({at::zeros(before, part.options()), part});
    }
    parts.push_back((stored.transposed ? part.t() : part).contiguous());
  }
  return parts;
}

at::Tensor TensorMap::to_ours(const std::vector<at::Tensor>& parts_of_theirs) const {
  std::vector<at::Tensor> parts;
  for (const at::Tensor& their : parts_of_theirs) {
    const at::Tensor part = stored.transposed ? their.t() : their;
    parts.push_back(part.narrow(0, stored.rows_before, part.size(0) - stored.rows_before));
  }
  at::Tensor all = at::cat(parts);
  if (stored.halved_rows) all = at::index_select(all, 0, at::argsort(halved(all.size(0))));
  if (stored.halved_columns) all = at::index_select(all, 1, at::argsort(halved(all.size(1))));
  return all.contiguous();
}

}  // namespace prenorm::huggingface
