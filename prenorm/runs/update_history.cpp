#include "prenorm/runs/update_history.h"

#include <algorithm>
#include <cmath>

#include "prenorm/base/error.h"
#include "prenorm/base/statistics.h"

namespace prenorm::runs {
namespace {

constexpr std::size_t kEnoughToCompare = 16;

template <class Value>
double usual(const std::deque<UpdateRecord>& updates, Value UpdateRecord::*value) {
  if (updates.size() < kEnoughToCompare) return 0;
  std::vector<double> values;
  values.reserve(updates.size());
  for (const UpdateRecord& u : updates) values.push_back(u.*value);
  return lower_median(std::move(values));
}

// Rounds to five significant digits, since a checkpoint contains many of them.
double rounded(double value) {
  if (value == 0 || !std::isfinite(value)) return value;
  const double unit = std::pow(10.0, 4 - std::floor(std::log10(std::abs(value))));
  return std::round(value * unit) / unit;
}

}  // namespace

void UpdateHistory::add(UpdateRecord record, std::int64_t capacity) {
  for (TensorUpdate& t : record.tensors) t = {rounded(t.gradient), rounded(t.weight), rounded(t.ratio)};
  if (capacity > 0) updates_.push_back(std::move(record));
  while (std::ssize(updates_) > capacity) updates_.pop_front();
}

const UpdateRecord* UpdateHistory::last_measured() const {
  const auto found = std::find_if(updates_.rbegin(), updates_.rend(), [](const auto& u) { return !u.tensors.empty(); });
  return found != updates_.rend() ? &*found : nullptr;
}

double UpdateHistory::usual_loss() const { return usual(updates_, &UpdateRecord::loss); }
double UpdateHistory::usual_grad_norm() const { return usual(updates_, &UpdateRecord::grad_norm); }

double UpdateHistory::mean_nll() const {
  double sum = 0;
  for (const UpdateRecord& u : updates_) sum += u.nll;
  return updates_.empty() ? 0 : sum / static_cast<double>(updates_.size());
}

}  // namespace prenorm::runs
