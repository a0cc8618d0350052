#include "prenorm/speed/benchmark.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "prenorm/base/error.h"
#include "prenorm/base/statistics.h"
#include "prenorm/machine/terminal.h"
#include "prenorm/speed/gemm_peak.h"
#include "prenorm/updates/next_update.h"
#include "prenorm/updates/updater.h"

namespace prenorm::speed {
namespace {

constexpr std::int64_t kWarmUpUpdates = 2;

}  // namespace

double Benchmark::model_flops_per_update() const {
  double sum = 0;
  for (const MeasuredUpdate& u : updates) sum += u.model_flops;
  return sum / static_cast<double>(updates.size());
}

double Benchmark::utilization() const {
  std::vector<double> rates;
  for (const MeasuredUpdate& u : updates) rates.push_back(u.model_flops / u.seconds / gemm_peak_flops);
  return quantile(rates, 0.5);
}

double peak_rss_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return 1024.0 * static_cast<double>(usage.ru_maxrss);
}

Benchmark measure(const Config& config, updates::Task& task, std::int64_t updates) {
  using Clock = std::chrono::steady_clock;
  if (updates < 1) throw_error<UsageError>("{} updates cannot be measured; take at least 1", updates);
  Config full = config;  // the size that a growing batch reaches is what most of a training costs
  updates::stop_growing(full.batch);
  updates::Updater updater(full, task);
  runs::TrainerState state;
  Benchmark result;
  result.workers = updater.workers();
  result.parameters = task.parameters().count();
  result.trained_parameters = task.parameters().trained_count();
  Progress progress("measuring", updates + kWarmUpUpdates);
  for (std::int64_t step = 1; step <= updates + kWarmUpUpdates; ++step) {
    if (step == kWarmUpUpdates + 1) {
      ops::take_gemm_record();
      profile::start();
    }
    const auto start = Clock::now();
    const updates::Update update = updater.compute(state);
    updater.apply(update, /*measure=*/false);
    updater.record(state, update, {});
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    if (step > kWarmUpUpdates) result.updates.push_back({update, seconds});
    progress.update(step, fmt::format("{:.0f} target tokens/s", static_cast<double>(update.target_tokens) / seconds));
  }
  result.operators = profile::stop();
  result.peak_rss_bytes = peak_rss_bytes();
  for (const MeasuredUpdate& u : result.updates) result.seconds += u.seconds;
  result.gemm_peak_flops = gemm_peak_flops(ops::take_gemm_record(), result.workers);
  return result;
}

}  // namespace prenorm::speed
