#include "prenorm/nn/score_shape.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace prenorm::nn {
namespace {

// Elements of all tables of a module (256 MiB in single precision); with more, it forgets them and starts again.
constexpr std::int64_t kMostElements = std::int64_t{1} << 26;
// The table of causal attention grows by this many rows.
constexpr std::int64_t kRowsAtOnce = 64;

double log_sum_of(const std::vector<double>& logs) {
  const double highest = *std::max_element(logs.begin(), logs.end());
  double sum = 0;
  for (const double x : logs) sum += std::exp(x - highest);
  return highest + std::log(sum);
}

}  // namespace

ScoreShape::Table ScoreShape::table(std::int64_t length, const at::TensorOptions& options) const {
  const std::scoped_lock lock(tables_->mutex);
  auto& by_length = tables_->by_length;
  const auto found = shape_.causal ? by_length.lower_bound(length) : by_length.find(length);
  if (found != by_length.end()) return found->second;
  const std::int64_t step = shape_.causal ? kRowsAtOnce : 1;
  const std::int64_t rows = std::max<std::int64_t>((length + step - 1) / step, 1) * step;
  const LogAttention a = log_attention(shape_, rows);
  if (shape_.causal || tables_->elements + rows * rows > kMostElements) {
    by_length.clear();
    tables_->elements = 0;
  }
  tables_->elements += rows * rows;
  return by_length[rows] = {a.scores.to(options), a.row_sums.unsqueeze(1).to(options)};
}

ScoreShape::Sequences ScoreShape::of(const Packing& packing, const at::TensorOptions& options) const {
  Sequences result;
  std::vector<at::Tensor> scales;
  const auto* offsets = packing.offsets.data_ptr<std::int64_t>();
  for (std::int64_t s = 0; s + 1 < packing.offsets.numel(); ++s) {
    const std::int64_t length = offsets[s + 1] - offsets[s];
    const Table t = table(shape_.causal ? packing.longest : length, options);
    result.bias.push_back(t.bias);
    scales.push_back(t.row_scale.narrow(0, 0, length));
  }
  result.row_scale = scales.empty() ? at::empty({0, 1}, options) : at::cat(scales);
  return result;
}

ScoreShape::Rows ScoreShape::of_last_tokens(const at::Tensor& pick_offsets, const at::TensorOptions& options) const {
  const auto* offsets = pick_offsets.data_ptr<std::int64_t>();
  const std::int64_t queries = pick_offsets.numel() - 1;
  const at::Tensor bias = at::empty({offsets[queries]}, at::kDouble), scale = at::empty({queries, 1}, at::kDouble);
  std::vector<double> row;
  double log_sum = 0;
  for (std::int64_t q = 0; q < queries; ++q) {
    const std::int64_t count = offsets[q + 1] - offsets[q];
    if (std::ssize(row) != count) {  // hypotheses of one step are equally long
      row = log_attention_row(shape_, count - 1);
      log_sum = log_sum_of(row);
    }
    std::transform(row.begin(), row.end(), bias.data_ptr<double>() + offsets[q],
                   [log_sum](double x) { return x - log_sum; });
    scale.data_ptr<double>()[q] = std::exp(log_sum);
  }
  return {bias.to(options), scale.to(options)};
}

}  // namespace prenorm::nn
