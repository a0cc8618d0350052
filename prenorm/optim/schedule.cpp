#include "prenorm/optim/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace prenorm::optim {
namespace {

constexpr std::int64_t kInverseSqrtTimescale = 4000;

std::int64_t decay_start(const ScheduleConfig& s) {
  if (s.decay_start_steps >= 0) return std::max(s.decay_start_steps, s.warmup_steps);
  if (s.name == ScheduleName::kInverseSqrt && s.warmup_steps == 0) return kInverseSqrtTimescale;
  return s.warmup_steps;
}

// How much of the way from the full rate to the final one lies behind, 0 to 1.
double decayed_share(std::int64_t start, const SchedulePoint& point) {
  const std::int64_t behind = start == 0 ? point.before : point.after - start;
  const auto all = static_cast<double>(std::max<std::int64_t>(1, point.end - start));
  return std::clamp(static_cast<double>(behind) / all, 0.0, 1.0);
}

double rate_at(const ScheduleConfig& schedule, double peak_lr, const SchedulePoint& point) {
  const auto t = static_cast<double>(point.after);
  if (point.after <= schedule.warmup_steps) return peak_lr * t / static_cast<double>(schedule.warmup_steps);
  const std::int64_t start = decay_start(schedule);
  if (point.after <= start) return peak_lr;
  const double final_ratio = schedule.final_lr_ratio;
  const double share = decayed_share(start, point);
  switch (schedule.name) {
    case ScheduleName::kConstant: return peak_lr;
    // D = 0 would stand for a decay from an infinite rate: it is taken as 1.
    case ScheduleName::kInverseSqrt:
      return peak_lr * std::sqrt(static_cast<double>(std::max<std::int64_t>(1, start)) / t);
    case ScheduleName::kLinear: return peak_lr * (1 - (1 - final_ratio) * share);
    case ScheduleName::kCosine:
      return peak_lr * (final_ratio + (1 - final_ratio) * (1 + std::cos(std::numbers::pi * share)) / 2);
  }
  return peak_lr;
}

std::int64_t epoch_decays(const ScheduleConfig& s, std::int64_t epoch) {
  if (s.epoch_decay_start == 0 || epoch < s.epoch_decay_start) return 0;
  return s.epoch_decay_every == 0 ? 1 : 1 + (epoch - s.epoch_decay_start) / s.epoch_decay_every;
}

}  // namespace

double learning_rate(const ScheduleConfig& schedule, double peak_lr, const SchedulePoint& point) {
  const double rate = rate_at(schedule, peak_lr, point);
  const std::int64_t decays = epoch_decays(schedule, point.epoch);
  return decays == 0 ? rate : rate * std::pow(schedule.epoch_decay_factor, static_cast<double>(decays));
}

double learning_rate(const ScheduleConfig& schedule, double peak_lr, std::int64_t max_steps, std::int64_t step,
                     std::int64_t epoch) {
  return learning_rate(schedule, peak_lr, {step - 1, step, max_steps, epoch});
}

}  // namespace prenorm::optim
