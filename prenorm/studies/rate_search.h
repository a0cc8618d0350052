// Bisection for the largest learning rate at which training is stable: the order in which rates are tried, and the
// conclusion. A rate is stable if no smaller one ends at a loss lower by more than a tolerance: 0.2 nats per token or,
// if that is less, half of what the smaller one has learned beyond token frequencies. Rates that only learn slowly are
// stable; rates that diverge or are stuck are not.
#pragma once

#include <optional>
#include <vector>

namespace prenorm::studies {

// Nats per token. This is a perplexity lower by a fifth, well above the difference between seeds.
inline constexpr double kStableLossTolerance = 0.2;
inline constexpr double kStableShareLearned = 0.5;

struct RateTrial {
  double rate = 0;
  std::optional<double> nll_nats_per_token;  // at validation, without label smoothing; empty if it diverged
  double unigram_nats = 0;                   // the loss that token frequencies give; 0 if unknown
};

class RateSearch {
 public:
  // Ends when a rate at most `precision` times as large as the largest stable one is not stable.
  explicit RateSearch(double start, double precision = 1.5) : start_(start), precision_(precision) {}

  // The rate to try next, with two digits; nothing if the search has ended: at its precision, or because rates a
  // million times smaller or larger than `start` have not shown an edge. `start` may be too high by less than a factor
  // of about 60: it is compared with rates 8 and 64 times smaller.
  std::optional<double> next() const;
  void add(const RateTrial& trial);

  // Ascending.
  const std::vector<RateTrial>& trials() const { return trials_; }
  bool is_stable(const RateTrial& trial) const;
  // The largest rate below the smallest unstable one that has been compared with two smaller ones.
  std::optional<double> largest_stable() const;
  std::optional<double> smallest_unstable() const;

 private:
  bool tried(double rate) const;

  double start_, precision_;
  std::vector<RateTrial> trials_;
};

}  // namespace prenorm::studies
