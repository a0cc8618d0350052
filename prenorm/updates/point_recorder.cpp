#include "prenorm/updates/point_recorder.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/linalg_vector_norm.h>
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

// The lengths of the sequences of tokens whose indices in their sequences are given.
std::vector<double> lengths_of(const at::Tensor& indices) {
  const at::Tensor flat = indices.contiguous();
  std::vector<double> lengths;
  for (std::int64_t i = 0; i < flat.numel(); ++i) {
    if (i == 0 || flat.data_ptr<std::int64_t>()[i] == 0) lengths.push_back(0);
    ++lengths.back();
  }
  return lengths;
}

// With s the sum of the unit vectors of n rows, ‖s‖² - n is the sum of the cosines of their ordered pairs.
void record_cosines(PointRecord& record, const at::Tensor& x, const std::vector<double>& lengths) {
  const double rows = std::accumulate(lengths.begin(), lengths.end(), 0.0);
  if (rows != static_cast<double>(x.size(0))) return;
  const at::Tensor values = x.to(at::kDouble);
  const at::Tensor units = values / at::linalg_vector_norm(values, 2, 1, /*keepdim=*/true).clamp_min(1e-30);
  double in_sequences = 0, pairs = 0;
  std::int64_t first = 0;
  for (const double length : lengths) {
    const auto n = static_cast<std::int64_t>(length);
    in_sequences += units.narrow(0, first, n).sum(0).square().sum().item<double>();
    pairs += length * length;
    first += n;
  }
  const double all = units.sum(0).square().sum().item<double>();
  record.same_sequence.sum += in_sequences - rows;
  record.same_sequence.pairs += pairs - rows;
  record.other_sequence.sum += all - in_sequences;
  record.other_sequence.pairs += rows * rows - pairs;
}

PointRecord& record_of(std::vector<PointRecord>& records, std::string_view name) {
  const auto found = std::find_if(records.begin(), records.end(), [&](const auto& r) { return r.name == name; });
  return found != records.end() ? *found : records.emplace_back(PointRecord{.name = std::string(name)});
}

void add(PairCosines& to, const PairCosines& more) {
  to.sum += more.sum;
  to.pairs += more.pairs;
}

void append(std::vector<double>& to, const std::vector<double>& more) { to.insert(to.end(), more.begin(), more.end()); }

}  // namespace

double PointRecord::rms() const {
  const double sum = std::accumulate(squared_norms.begin(), squared_norms.end(), 0.0);
  return std::sqrt(sum / (static_cast<double>(squared_norms.size()) * static_cast<double>(d_model)));
}

PointRecorder::PointRecorder(std::int64_t workers, std::function<bool(std::string_view)> wanted)
    : wanted_(std::move(wanted)), records_(static_cast<std::size_t>(workers)), lengths_(records_.size()) {
  for (std::size_t worker = 0; worker < records_.size(); ++worker)
    observers_.emplace_back([this, &records = records_[worker], &lengths = lengths_[worker]](std::string_view point,
                                                                                             const at::Tensor& value) {
      if (!wanted_(point)) return;
      const at::NoGradGuard no_grad;
      PointRecord& record = record_of(records, point);
      if (value.dim() == 3) return record_attention(record, value);
      if (nn::is_index_point(point)) {
        lengths = lengths_of(value);
        return append(record.lengths, lengths);
      }
      record_rows(record, value);
      if (!lengths.empty()) record_cosines(record, value, lengths);
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
      append(record.lengths, more.lengths);
      add(record.same_sequence, more.same_sequence);
      add(record.other_sequence, more.other_sequence);
    }
  return all;
}

}  // namespace prenorm::updates
