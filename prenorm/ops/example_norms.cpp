#include "prenorm/ops/example_norms.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <utility>

#include "prenorm/base/error.h"

namespace prenorm::ops {
namespace {

thread_local ExampleNorms* installed = nullptr;
thread_local ExampleRowsPtr current_rows;

}  // namespace

ExampleNorms::ExampleNorms(std::span<const at::Tensor> weights)
    : used_(weights.size()), squares_(weights.size()), measured_(weights.size()) {
  for (std::size_t i = 0; i < weights.size(); ++i) places_.emplace(weights[i].data_ptr(), i);
}

bool ExampleNorms::measures(const at::Tensor& weight) const {
  return weight.defined() && places_.contains(weight.data_ptr());
}

void ExampleNorms::use_once(std::initializer_list<at::Tensor> weights) {
  for (const at::Tensor& weight : weights) {
    if (!measures(weight)) continue;
    std::vector<bool>::reference used = used_[places_.at(weight.data_ptr())];
    if (used)
      throw Error("gradients by example: a weight is used twice in a forward pass, and squares of both do not add up");
    used = true;
  }
}

void ExampleNorms::add(const at::Tensor& weight, double squares) {
  if (!weight.defined()) return;
  const auto place = places_.find(weight.data_ptr());
  if (place == places_.end()) return;
  squares_[place->second] += squares;
  measured_[place->second] = true;
}

void ExampleNorms::end_share() {
  const ExampleTables ended = std::exchange(tables_, {});
  drop_share();
  for (const auto& [table, squares, flops] : ended.totals()) {
    add(table, squares);
    count(flops);
  }
}

void ExampleNorms::drop_share() {
  tables_ = {};
  std::fill(used_.begin(), used_.end(), false);
}

void ExampleNorms::clear() {
  std::fill(squares_.begin(), squares_.end(), 0);
  std::fill(measured_.begin(), measured_.end(), false);
  flops_ = 0;
  drop_share();
}

double ExampleRows::squares_of_sums(const at::Tensor& x) const {
  const at::Tensor index = at::empty({offsets.back()}, at::kLong);
  auto* example = index.data_ptr<std::int64_t>();
  for (std::int64_t b = 0; b < examples(); ++b)
    std::fill(example + offsets[static_cast<std::size_t>(b)], example + offsets[static_cast<std::size_t>(b) + 1], b);
  const at::Tensor sums = at::zeros({examples(), x.size(1)}, x.options());
  sums.index_add_(0, index.to(x.device()), x);
  return sums.square().sum(at::kDouble).item<double>();
}

RecordExamples::RecordExamples(ExampleNorms& norms) : before_(std::exchange(installed, &norms)) {}
RecordExamples::~RecordExamples() { installed = before_; }

RowsAreExamples::RowsAreExamples(std::span<const std::int64_t> offsets) : changed_(installed != nullptr) {
  if (changed_) before_ = std::exchange(current_rows, c10::make_intrusive<ExampleRows>(*installed, offsets));
}
RowsAreExamples::RowsAreExamples(const at::Tensor& offsets)
    : RowsAreExamples(
          std::span<const std::int64_t>(offsets.data_ptr<std::int64_t>(), static_cast<std::size_t>(offsets.numel()))) {}
RowsAreExamples::~RowsAreExamples() {
  if (changed_) current_rows = std::move(before_);
}

ExampleRowsPtr examples_of(std::int64_t rows, std::initializer_list<at::Tensor> weights, ExampleUse use) {
  if (installed == nullptr || !at::GradMode::is_enabled()) return {};
  const auto measured = [](const at::Tensor& weight) { return installed->measures(weight); };
  if (std::none_of(weights.begin(), weights.end(), measured)) return {};
  if (!current_rows) throw Error("gradients by example: nothing says which rows of a matrix belong to which example");
  if (current_rows->offsets.back() != rows)
    throw_error<Error>("gradients by example: the examples have {} rows, the matrix {}", current_rows->offsets.back(),
                       rows);
  if (use == ExampleUse::kOnce) installed->use_once(weights);
  return current_rows;
}

void with_gradient(const at::Tensor& y, std::function<void(const at::Tensor&)> use) {
  if (y.requires_grad())
    y.register_hook([use = std::move(use)](const at::Tensor& gradient) { use(gradient.detach()); });
}

void measure_scale(const at::Tensor& weight, const at::Tensor& x, const at::Tensor& y) {
  const ExampleRowsPtr examples = examples_of(y.size(0), {weight});
  if (!examples) return;
  with_gradient(y, [=, x = x.detach()](const at::Tensor& gradient) {
    const at::Tensor of_elements = (gradient * x).reshape({x.size(0), weight.size(0), -1}).sum(2);
    examples->norms.add(weight, examples->squares_of_sums(of_elements));
  });
}

void measure_reading(const at::Tensor& table, const at::Tensor& ids, const at::Tensor& y) {
  const ExampleRowsPtr examples = examples_of(y.size(0), {table}, ExampleUse::kOfTable);
  if (!examples) return;
  const std::int64_t reading = examples->norms.tables().add_reading(table, ids, examples->offsets);
  with_gradient(y, [=](const at::Tensor& gradient) { examples->norms.tables().set_gradient(reading, gradient); });
}

}  // namespace prenorm::ops
