#include "prenorm/ops/example_tables.h"

#include <ATen/Dispatch.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <utility>

#include "prenorm/ops/cpu/example_squares.h"
#include "prenorm/ops/cpu/rows_sum.h"

namespace prenorm::ops {
namespace {

bool same_memory(const at::Tensor& a, const at::Tensor& b) { return a.data_ptr() == b.data_ptr(); }

template <class T>
struct RowFor {
  std::int64_t id;
  const T* gradient;
};

// Σ over ids of ‖the sum of its rows‖². Within an id the order of `rows` stays, so that the bits are always the same.
template <class T>
double squares_by_id(std::vector<RowFor<T>>& rows, std::int64_t columns) {
  std::stable_sort(rows.begin(), rows.end(), [](const auto& x, const auto& y) { return x.id < y.id; });
  double squares = 0;
  std::vector<T> sum;
  for (std::size_t first = 0, last = 0; first < rows.size(); first = last) {
    for (last = first + 1; last < rows.size() && rows[last].id == rows[first].id;) ++last;
    const T* row = rows[first].gradient;
    if (last > first + 1) {
      sum.assign(row, row + columns);
      for (std::size_t i = first + 1; i < last; ++i) cpu::add_rows(rows[i].gradient, 1, columns, sum.data());
      row = sum.data();
    }
    squares += cpu::sum_of_squares(row, columns);
  }
  return squares;
}

}  // namespace

std::int64_t ExampleTables::add_reading(const at::Tensor& table, const at::Tensor& ids,
                                        std::span<const std::int64_t> offsets) {
  readings_.push_back({table.detach(), ids.cpu().contiguous(), {offsets.begin(), offsets.end()}});
  return std::ssize(readings_) - 1;
}

void ExampleTables::set_gradient(std::int64_t reading, const at::Tensor& gradient) {
  readings_[static_cast<std::size_t>(reading)].gradient = gradient.cpu().contiguous();
}

ExampleTables::Projected ExampleTables::project(const at::Tensor& table) const {
  Projected projected;
  for (std::size_t i = 0; i < readings_.size(); ++i)
    if (same_memory(readings_[i].table, table))
      projected.rows.emplace_back(static_cast<std::int64_t>(i),
                                  at::zeros({readings_[i].ids.numel(), table.size(1)}, table.options()));
  return projected;
}

void ExampleTables::add_projected(Projected& projected, std::int64_t b, const at::Tensor& hidden,
                                  const at::Tensor& grad_logits) const {
  for (auto& [number, rows] : projected.rows) {
    const Reading& reading = readings_[static_cast<std::size_t>(number)];
    const std::int64_t begin = reading.offsets[static_cast<std::size_t>(b)],
                       tokens = reading.offsets[static_cast<std::size_t>(b) + 1] - begin;
    if (tokens == 0 || hidden.size(0) == 0) continue;
    const at::Tensor at_ids =
        grad_logits.index_select(1, reading.ids.narrow(0, begin, tokens).to(grad_logits.device()));  // [places, tokens]
    rows.narrow(0, begin, tokens).addmm_(at_ids.t(), hidden);
  }
}

void ExampleTables::keep(const Projected& projected, double scale) {
  for (const auto& [number, rows] : projected.rows) {
    at::Tensor& kept = readings_[static_cast<std::size_t>(number)].projected;
    const at::Tensor scaled = (scale == 1 ? rows : rows * scale).cpu();
    kept = kept.defined() ? kept + scaled : scaled;
  }
}

std::vector<std::tuple<at::Tensor, double, double>> ExampleTables::totals() const {
  std::vector<std::tuple<at::Tensor, double, double>> result;
  std::vector<const Reading*> left;
  for (const Reading& reading : readings_)
    if (reading.gradient.defined()) left.push_back(&reading);
  while (!left.empty()) {
    const at::Tensor table = left.front()->table;
    const auto others =
        std::stable_partition(left.begin(), left.end(), [&](const Reading* r) { return same_memory(r->table, table); });
    const auto [squares, flops] = total({left.begin(), others});
    result.emplace_back(table, squares, flops);
    left.erase(left.begin(), others);
  }
  return result;
}

// The readings are those of one table.
std::tuple<double, double> ExampleTables::total(const std::vector<const Reading*>& readings) const {
  const std::int64_t columns = readings.front()->gradient.size(1);
  double squares = 0, flops = 0;
  for (const Reading* reading : readings) {
    flops += static_cast<double>(2 * reading->gradient.numel());
    if (!reading->projected.defined()) continue;
    squares += 2 * (reading->gradient * reading->projected).sum(at::kDouble).item<double>();
    flops += static_cast<double>(2 * reading->gradient.numel());
  }
  AT_DISPATCH_FLOATING_TYPES(readings.front()->gradient.scalar_type(), "squares_of_tables", [&] {
    std::vector<RowFor<scalar_t>> rows;
    for (std::size_t b = 0; b + 1 < readings.front()->offsets.size(); ++b) {
      rows.clear();
      for (const Reading* reading : readings) {
        const auto* id = reading->ids.data_ptr<std::int64_t>();
        const auto* gradient = reading->gradient.data_ptr<scalar_t>();
        for (std::int64_t t = reading->offsets[b]; t < reading->offsets[b + 1]; ++t)
          rows.push_back({id[t], gradient + t * columns});
      }
      squares += squares_by_id(rows, columns);
    }
  });
  return {squares, flops};
}

}  // namespace prenorm::ops
