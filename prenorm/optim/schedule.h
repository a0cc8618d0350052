// Learning rate of update t = 1, 2, ...; W = warmup_steps, D = last update at full rate, M = max_steps.
//
//   t <= W        lr · t / W                                            linear warm-up (Xiong et al. 2020, eq. 1)
//   W < t <= D    lr
//   t > D         constant      lr
//                 inverse_sqrt  lr · √(D / t)                           (Vaswani et al. 2017, eq. 3)
//                 linear        lr · (1 - (1 - f) · x)
//                 cosine        lr · (f + (1 - f) · (1 + cos(π x)) / 2)                   (Loshchilov & Hutter 2017)
//
// f = final_lr_ratio. D = decay_start_steps, or where that is -1: W, and 4000 for inverse_sqrt with W = 0.
//
// x = (t - D) / (M - D): update D is the last one at full rate, and the rate is f · lr at update M. For D = 0 there is
// no update before the decay, and x = (t - 1) / M: update 1 has the full rate, and update M is the last one before f ·
// lr, as in the schedules without warm-up of BERT and of Hugging Face. inverse_sqrt takes D = 0 as 1. So the first
// update is at full rate wherever W = 0.
//
// All of it times epoch_decay_factor^n in epoch e = 1, 2, ...; S = epoch_decay_start, R = epoch_decay_every:
// n = 0 for S = 0 or e < S, else 1 for R = 0, else 1 + ⌊(e - S) / R⌋. Xiong et al. 2020, appendix A, train Pre-LN at a
// constant rate with S = 8 (IWSLT14) or 6 (WMT14), R = 0.
//
// With schedule.unit = "tokens", all of W, D, M are target tokens and t those trained on up to and including the
// update; t - 1 stands for those before it. If all updates have k tokens, the rates are those of W/k, D/k and M/k in
// updates.
#pragma once

#include <cstdint>

#include "prenorm/config/optim_config.h"

namespace prenorm::optim {

// Where an update is, in the schedule's unit: updates, or target tokens trained on.
struct SchedulePoint {
  std::int64_t before = 0, after = 0;  // t - 1 and t: done before the update, and with it
  std::int64_t end = 0;                // M
  std::int64_t epoch = 1;              // from 1
};
double learning_rate(const ScheduleConfig& schedule, double peak_lr, const SchedulePoint& point);

// The same of a schedule in updates. `step` and `epoch` count from 1.
double learning_rate(const ScheduleConfig& schedule, double peak_lr, std::int64_t max_steps, std::int64_t step,
                     std::int64_t epoch);

}  // namespace prenorm::optim
