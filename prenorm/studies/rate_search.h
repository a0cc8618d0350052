// Bisection for the largest learning rate at which training is stable: the order in which rates are tried, and what is
// concluded. A rate is stable where no smaller one ends at a loss lower by more than a tolerance: 0.2 nats per token,
// or, where that is less, half of what the smaller one has learned beyond token frequencies. That holds of a rate that
// only learns slowly, and not of one that diverges or is stuck.
#pragma once

#include <optional>
#include <vector>

namespace prenorm::studies {

// Nats per token: a perplexity a fifth lower, well above what seeds differ by.
inline constexpr double kStableLossTolerance = 0.2;
inline constexpr double kStableShareLearned = 0.5;

struct RateTrial {
  double rate = 0;
  std::optional<double> nll_nats_per_token;  // of validation, without label smoothing; none: it diverged
  double unigram_nats = 0;                   // what token frequencies give; 0 where it is not known
};

class RateSearch {
 public:
  // Ends once a rate at most `precision` times as large as the largest stable one is not stable.
  explicit RateSearch(double start, double precision = 1.5) : start_(start), precision_(precision) {}

  // The rate to try next, of two digits; nothing where the search has ended: at its precision, or because rates a
  // million times smaller or larger than `start` have not shown an edge. `start` may be too high, but less than some 60
  // times: it is held against rates 8 and 64 times smaller.
  std::optional<double> next() const;
  void add(const RateTrial& trial);

  // Ascending.
  const std::vector<RateTrial>& trials() const { return trials_; }
  bool is_stable(const RateTrial& trial) const;
  // Of those below the smallest unstable one; only one that has been compared with two smaller ones.
  std::optional<double> largest_stable() const;
  std::optional<double> smallest_unstable() const;

 private:
  bool tried(double rate) const;

  double start_, precision_;
  std::vector<RateTrial> trials_;
};

}  // namespace prenorm::studies
