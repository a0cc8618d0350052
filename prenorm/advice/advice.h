// Will training start safely without warm-up at this learning rate, and up to which rate would it? Told from the first
// update alone, which is computed at initialisation and not made: docs/advice.md has the reasoning and how often it is
// right.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "prenorm/advice/first_update.h"
#include "prenorm/config/config.h"
#include "prenorm/probe/probe.h"

namespace prenorm::advice {

// The rule. With s what tells tokens apart in the states the output is computed from (lab/first_update.h), before and
// after the first update: a start is safe where the update leaves this share of s ...
inline constexpr double kSpreadKept = 0.35;
// ... and s itself at least this large, or all it was where it was smaller.
inline constexpr double kSmallestSpread = 0.08;

bool is_safe(double spread_before, double spread_after);

// Of one model and seed.
struct StartOfTraining {
  UpdatedModel before, after;  // `after` at optim.lr
  double largest_safe_lr = 0;  // 0: even the smallest rate that was tried is too large
};
StartOfTraining measure_start(updates::Task& task, const Config& config);

struct Advice {
  Config config;
  std::vector<StartOfTraining> seeds;
  double largest_safe_lr = 0;                 // geometric mean over seeds
  std::optional<double> largest_with_pre_ln;  // of the first seed's model under pre_ln, where that is not what it is

  bool starts_safely() const { return config.optim.lr <= largest_safe_lr; }
  // Within a factor of two of the limit: a run may turn out either way.
  bool is_close() const;
};

// `seeds` models, of train.seed and those after it. Errors: UsageError where optim.lr is 0; those of the builder.
Advice advise(const Config& config, std::int64_t seeds, const probe::TaskBuilder& build);

}  // namespace prenorm::advice
