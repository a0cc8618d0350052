#include "prenorm/updates/point_recorder.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/var.h>
#include <ATen/ops/xlogy.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace prenorm::updates {
namespace {

void append(std::vector<double>& to, const at::Tensor& values) {
  const at::Tensor flat = values.to(at::kDouble).contiguous();
  const double* first = flat.data_ptr<double>();
  to.insert(to.end(), first, first + flat.numel());
}

void record_rows(PointRecord& record, const at::Tensor& x) {
  record.d_model = x.size(1);
  append(record.squared_norms, x.square().sum(1));
  append(record.variances, at::var(x, 1, /*unbiased=*/false));
}

// p: [num_heads, queries, keys]; exactly zero where a causal mask hides a key.
void record_attention(PointRecord& record, const at::Tensor& p) {
  append(record.attention_entropies, at::xlogy(p, p).sum(-1).neg().flatten());
  append(record.uniform_entropies, (p > 0).sum(-1).to(at::kDouble).log().flatten());
}

PointRecord& record_of(std::vector<PointRecord>& records, std::string_view name) {
  const auto found = std::find_if(records.begin(), records.end(), [&](const auto& r) { return r.name == name; });
  return found != records.end() ? *found : records.emplace_back(PointRecord{std::string(name), 0, {}, {}, {}, {}});
}

void append(std::vector<double>& to, const std::vector<double>& more) { to.insert(to.end(), more.begin(), more.end()); }

}  // namespace

double PointRecord::rms() const {
  const double sum = std::accumulate(squared_norms.begin(), squared_norms.end(), 0.0);
  return std::sqrt(sum / (static_cast<double>(squared_norms.size()) * static_cast<double>(d_model)));
}

PointRecorder::PointRecorder(std::int64_t workers, std::function<bool(std::string_view)> wanted)
    : wanted_(std::move(wanted)), records_(static_cast<std::size_t>(workers)) {
  for (auto& records : records_)
    observers_.emplace_back([this, &records](std::string_view point, const at::Tensor& value) {
      if (!wanted_(point)) return;
      const at::NoGradGuard no_grad;
      PointRecord& record = record_of(records, point);
      if (value.dim() == 3)
        record_attention(record, value);
      else
        record_rows(record, value);
    });
}

std::vector<PointRecord> PointRecorder::points() const {
  std::vector<PointRecord> all = records_.front();
  for (std::size_t worker = 1; worker < records_.size(); ++worker)
    for (const PointRecord& more : records_[worker]) {
      PointRecord& record = record_of(all, more.name);
      record.d_model = more.d_model;
      append(record.squared_norms, more.squared_norms);
      append(record.variances, more.variances);
      append(record.attention_entropies, more.attention_entropies);
      append(record.uniform_entropies, more.uniform_entropies);
    }
  return all;
}

}  // namespace prenorm::updates
