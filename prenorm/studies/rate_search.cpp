#include "prenorm/studies/rate_search.h"

#include <algorithm>
#include <cmath>

namespace prenorm::studies {
namespace {

// References must be well below: rates that are stuck at the same loss would support each other.
constexpr double kDown = 8, kUp = 4, kFarthest = 1e6;
constexpr std::ptrdiff_t kReferences = 2;

double tolerance_beside(const RateTrial& reference) {
  const double learned = reference.unigram_nats - *reference.nll_nats_per_token;
  return learned > 0 ? std::min(kStableLossTolerance, kStableShareLearned * learned) : kStableLossTolerance;
}

double two_digits(double x) {
  const double unit = std::pow(10, std::floor(std::log10(x)) - 1);
  // Division instead of multiplication by a fraction gives exactly the number that people write, such as 0.0003.
  return unit < 1 ? std::round(x / unit) / std::round(1 / unit) : std::round(x / unit) * unit;
}

}  // namespace

void RateSearch::add(const RateTrial& trial) {
  const auto after = std::upper_bound(trials_.begin(), trials_.end(), trial,
                                      [](const RateTrial& a, const RateTrial& b) { return a.rate < b.rate; });
  trials_.insert(after, trial);
}

bool RateSearch::tried(double rate) const {
  return std::any_of(trials_.begin(), trials_.end(), [rate](const RateTrial& t) { return t.rate == rate; });
}

bool RateSearch::is_stable(const RateTrial& trial) const {
  if (!trial.nll_nats_per_token || !std::isfinite(*trial.nll_nats_per_token)) return false;
  return std::none_of(trials_.begin(), trials_.end(), [&](const RateTrial& t) {
    return t.rate < trial.rate && t.nll_nats_per_token &&
           *t.nll_nats_per_token + tolerance_beside(t) < *trial.nll_nats_per_token;
  });
}

std::optional<double> RateSearch::smallest_unstable() const {
  const auto found = std::find_if(trials_.begin(), trials_.end(), [this](const RateTrial& t) { return !is_stable(t); });
  return found == trials_.end() ? std::nullopt : std::optional(found->rate);
}

std::optional<double> RateSearch::largest_stable() const {
  const auto unstable =
      std::find_if(trials_.begin(), trials_.end(), [this](const RateTrial& t) { return !is_stable(t); });
  const bool compared = unstable - trials_.begin() > kReferences;
  return compared ? std::optional(std::prev(unstable)->rate) : std::nullopt;
}

std::optional<double> RateSearch::next() const {
  if (trials_.empty()) return start_;
  const auto within = [this](double rate) {
    const bool far = rate < start_ / kFarthest || rate > start_ * kFarthest || tried(rate);
    return far ? std::nullopt : std::optional(rate);
  };
  const std::optional<double> stable = largest_stable(), unstable = smallest_unstable();
  if (!stable) return within(two_digits(trials_.front().rate / kDown));
  if (!unstable) return within(two_digits(*stable * kUp));
  if (*unstable <= *stable * precision_) return std::nullopt;
  return within(two_digits(std::sqrt(*stable * *unstable)));
}

}  // namespace prenorm::studies
