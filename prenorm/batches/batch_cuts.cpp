#include "prenorm/batches/batch_cuts.h"

#include <algorithm>
#include <cstdlib>

namespace prenorm::batches {
namespace {

// Prefix sums of the costs, and how far a batch can reach.
class Costs {
 public:
  Costs(std::span<const std::int32_t> costs, const BatchLimits& limits) : limits_(limits), before_(costs.size() + 1) {
    for (std::size_t i = 0; i < costs.size(); ++i) before_[i + 1] = before_[i] + costs[i];
  }

  std::int64_t items() const { return std::ssize(before_) - 1; }
  std::int64_t total() const { return before_.back(); }

  // The end of the fullest batch that begins at item `begin`.
  std::int64_t reach(std::int64_t begin) const {
    const auto past = std::upper_bound(before_.begin() + begin, before_.end(), before_[begin] + limits_.max_cost);
    return within(begin, std::max(begin + 1, past - before_.begin() - 1));
  }

  // The start of the fullest batch that ends before item `end`.
  std::int64_t reach_back(std::int64_t end) const {
    const auto first = std::lower_bound(before_.begin(), before_.begin() + end, before_[end] - limits_.max_cost);
    const std::int64_t begin = std::min<std::int64_t>(end - 1, first - before_.begin());
    return limits_.max_items > 0 ? std::max(begin, end - limits_.max_items) : begin;
  }

  // The cut whose cost before it is closest to `cost`.
  std::int64_t nearest(double cost) const {
    const auto at = std::lower_bound(before_.begin(), before_.end(), cost,
                                     [](std::int64_t sum, double value) { return static_cast<double>(sum) < value; });
    if (at == before_.begin()) return 0;
    if (at == before_.end()) return items();
    const bool earlier = cost - static_cast<double>(at[-1]) < static_cast<double>(*at) - cost;
    return at - before_.begin() - (earlier ? 1 : 0);
  }

 private:
  std::int64_t within(std::int64_t begin, std::int64_t end) const {
    return limits_.max_items > 0 ? std::min(end, begin + limits_.max_items) : end;
  }

  BatchLimits limits_;
  std::vector<std::int64_t> before_;  // [items + 1]
};

std::int64_t count(const Costs& costs) {
  std::int64_t batches = 0;
  for (std::int64_t at = 0; at < costs.items(); at = costs.reach(at)) ++batches;
  return batches;
}

}  // namespace

std::int64_t count_batches(std::span<const std::int32_t> costs, const BatchLimits& limits) {
  return count(Costs(costs, limits));
}

std::vector<std::int64_t> cut_evenly(std::span<const std::int32_t> costs, const BatchLimits& limits) {
  const Costs sums(costs, limits);
  const std::int64_t batches = count(sums);
  std::vector<std::int64_t> earliest(static_cast<std::size_t>(batches) + 1, sums.items());
  for (std::int64_t b = batches - 1; b > 0; --b) earliest[b] = sums.reach_back(earliest[b + 1]);

  std::vector<std::int64_t> cuts(static_cast<std::size_t>(batches) + 1, 0);
  const double share = static_cast<double>(sums.total()) / static_cast<double>(std::max<std::int64_t>(batches, 1));
  for (std::int64_t b = 1; b <= batches; ++b) {
    // Each batch gets an item, even if items of very unequal cost crowd the ideal places.
    const std::int64_t lowest = std::max(earliest[b], cuts[b - 1] + 1);
    const std::int64_t highest = std::min(sums.reach(cuts[b - 1]), sums.items() - (batches - b));
    cuts[b] = std::clamp(sums.nearest(share * static_cast<double>(b)), lowest, highest);
  }
  return cuts;
}

std::vector<std::int64_t> cut_into_shares(std::span<const std::int64_t> tokens_before, std::int64_t shares) {
  const std::int64_t sequences = std::ssize(tokens_before) - 1, all = tokens_before.back();
  std::vector<std::int64_t> cuts{0};
  for (std::int64_t i = 1; i <= shares && cuts.back() < sequences; ++i) {
    std::int64_t last = cuts.back() + 1;
    // Up to the cut closest to the ideal end of share i, leaving a sequence for each later share.
    while (last < sequences - (shares - i) && (tokens_before[last] + tokens_before[last + 1]) * shares <= 2 * i * all)
      ++last;
    cuts.push_back(i == shares ? sequences : last);
  }
  return cuts;
}

}  // namespace prenorm::batches
