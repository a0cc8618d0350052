// How fast a configuration trains on this machine, and where the time goes.
#pragma once

#include <cstdint>
#include <vector>

#include "prenorm/config/config.h"
#include "prenorm/machine/profile.h"
#include "prenorm/updates/share_workers.h"
#include "prenorm/updates/task.h"

namespace prenorm::speed {

struct MeasuredUpdate : updates::BatchTotals {
  double seconds = 0;
};

struct Benchmark {
  std::vector<MeasuredUpdate> updates;
  std::vector<profile::Row> operators;
  double seconds = 0;  // of all updates
  double gemm_peak_flops = 0;
  std::int64_t workers = 0, parameters = 0, trained_parameters = 0;
  double peak_rss_bytes = 0;

  double model_flops_per_update() const;
  // Useful FLOP/s over the peak, median of the updates.
  double utilization() const;
};

// Makes updates as the trainer does, without logs, checkpoints and validation, after two that are not counted. Errors:
// UsageError if `updates` is below 1.
Benchmark measure(const Config& config, updates::Task& task, std::int64_t updates);

// The peak memory of this process.
double peak_rss_bytes();

}  // namespace prenorm::speed
