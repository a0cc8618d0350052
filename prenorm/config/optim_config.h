// [optim] and [schedule]: how weights are updated and at what rate.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include "prenorm/base/describe.h"

namespace prenorm {

enum class OptimizerName : std::uint8_t { kAdam, kAdamW, kRAdam, kSgd };
enum class ScheduleName : std::uint8_t { kConstant, kInverseSqrt, kLinear, kCosine };
enum class ScheduleUnit : std::uint8_t { kUpdates, kTokens };

template <>
struct EnumNames<OptimizerName> {
  static constexpr std::array<std::pair<OptimizerName, std::string_view>, 4> values{{{OptimizerName::kAdam, "adam"},
                                                                                     {OptimizerName::kAdamW, "adamw"},
                                                                                     {OptimizerName::kRAdam, "radam"},
                                                                                     {OptimizerName::kSgd, "sgd"}}};
};
template <>
struct EnumNames<ScheduleName> {
  static constexpr std::array<std::pair<ScheduleName, std::string_view>, 4> values{
      {{ScheduleName::kConstant, "constant"},
       {ScheduleName::kInverseSqrt, "inverse_sqrt"},
       {ScheduleName::kLinear, "linear"},
       {ScheduleName::kCosine, "cosine"}}};
};
template <>
struct EnumNames<ScheduleUnit> {
  static constexpr std::array<std::pair<ScheduleUnit, std::string_view>, 2> values{
      {{ScheduleUnit::kUpdates, "updates"}, {ScheduleUnit::kTokens, "tokens"}}};
};

struct OptimConfig {
  OptimizerName name = OptimizerName::kAdam;
  double lr = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.98;
  double eps = 1e-9;
  double momentum = 0.0;
  double weight_decay = 0.0;
  double clip_norm = 0.0;
};

template <class V>
void describe(V& v, OptimConfig& c) {
  v.field("name", c.name,
          "optimizer: adam (Kingma & Ba 2015), adamw (Loshchilov & Hutter 2019), radam (Liu 2020), sgd");
  v.field("lr", c.lr, Range{0, 1e9}, "peak learning rate");
  v.field("beta1", c.beta1, Range{0, 0.999999}, "decay of the first moment (adam, adamw, radam)");
  v.field("beta2", c.beta2, Range{0, 0.99999999}, "decay of the second moment (adam, adamw, radam)");
  v.field("eps", c.eps, Range{1e-30, 1}, "added to the root of the second moment (adam, adamw, radam)");
  v.field("momentum", c.momentum, Range{0, 0.999999}, "momentum (sgd)");
  v.field("weight_decay", c.weight_decay, Range{0, 10},
          "weight decay: decoupled for adamw, added to the gradient for the others");
  v.field("clip_norm", c.clip_norm, Range{0, 1e9}, "largest global L2 norm of the gradient; 0 = never clip");
}

struct ScheduleConfig {
  ScheduleName name = ScheduleName::kInverseSqrt;
  std::int64_t warmup_steps = 0;
  std::int64_t decay_start_steps = -1;
  double final_lr_ratio = 0.0;
  std::int64_t epoch_decay_start = 0;
  std::int64_t epoch_decay_every = 0;
  double epoch_decay_factor = 0.1;
  ScheduleUnit unit = ScheduleUnit::kUpdates;
};

template <class V>
void describe(V& v, ScheduleConfig& c) {
  v.field("name", c.name, "shape of the learning rate after warm-up");
  v.field("warmup_steps", c.warmup_steps, Range{0, 1e12},
          "updates (or tokens: unit) over which the rate rises linearly to optim.lr; 0 = full rate at update 1");
  v.field("decay_start_steps", c.decay_start_steps, Range{-1, 1e12},
          "last update at full rate (0 means 1); -1 = warmup_steps (inverse_sqrt without warm-up: 4000)");
  v.field("final_lr_ratio", c.final_lr_ratio, Range{0, 1},
          "fraction of optim.lr reached at the end, train.max_steps or by unit train.max_tokens (linear, cosine)");
  v.field("epoch_decay_start", c.epoch_decay_start, Range{0, 1e9},
          "first epoch, counted from 1, in which the rate is multiplied by epoch_decay_factor; 0 = never");
  v.field("epoch_decay_every", c.epoch_decay_every, Range{0, 1e9},
          "epochs between further multiplications; 0 = only once");
  v.field("epoch_decay_factor", c.epoch_decay_factor, Range{0, 1}, "see epoch_decay_start");
  v.field("unit", c.unit,
          "what warmup_steps, decay_start_steps and the end are counted in: updates, or target tokens trained on");
}

}  // namespace prenorm
