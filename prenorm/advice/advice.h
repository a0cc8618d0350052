// Predicts whether training starts safely without warm-up at this learning rate, and up to which rate it would, from
// the first update, which is computed at initialisation but not applied: docs/advice.md explains the reasoning and how
// often it is right.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "prenorm/advice/first_update.h"
#include "prenorm/config/config.h"
#include "prenorm/probe/probe.h"
#include "prenorm/probe/trainability.h"

namespace prenorm::advice {

// The rule. Let s be the spread of the states that the output is computed from (advice/first_update.h), before and
// after the first update: a start is safe if the update leaves this share of s ...
inline constexpr double kSpreadKept = 0.35;
// ... and s itself is at least this large, or unchanged if it was smaller.
inline constexpr double kSmallestSpread = 0.08;

bool is_safe(double spread_before, double spread_after);

// The result for one model and seed.
struct StartOfTraining {
  UpdatedModel before, after;  // `after` at optim.lr
  double largest_safe_lr = 0;  // 0: even the smallest rate tried is too large
};
StartOfTraining measure_start(updates::Task& task, const Config& config);

struct Advice {
  Config config;
  std::vector<StartOfTraining> seeds;
  double largest_safe_lr = 0;                 // geometric mean over seeds
  std::optional<double> largest_with_pre_ln;  // largest safe rate of the first seed's model with pre_ln; empty if the
                                              // model already is pre_ln
  // What the recursion of signal and gradient says of the first seed's model. It does not know the rate.
  std::vector<probe::StackVerdict> recursion{};

  bool starts_safely() const { return config.optim.lr <= largest_safe_lr; }
  // Within a factor of two of the limit: uncertain.
  bool is_close() const;
};

// Measures `seeds` models, with train.seed and the following seeds. Errors: UsageError if optim.lr is 0; those of the
// builder.
Advice advise(const Config& config, std::int64_t seeds, const probe::TaskBuilder& build);

}  // namespace prenorm::advice
