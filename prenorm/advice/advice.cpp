#include "prenorm/advice/advice.h"

#include <algorithm>
#include <cmath>

#include "prenorm/base/error.h"
#include "prenorm/config/placement.h"
#include "prenorm/machine/terminal.h"

namespace prenorm::advice {
namespace {

// Where the search begins and gives up, as the size of the update relative to the weights; its steps.
constexpr double kSmallest = 1e-4, kLargest = 1e3, kStride = 2, kPrecision = 1.1;

double output_spread(const UpdatedModel& model) { return model.layers.back().spread; }

// Searched from below, since the spread far above the limit is random. 0 if the smallest update is too large.
double find_largest_safe_lr(FirstUpdate& update, double spread_before) {
  const auto is_safe_at = [&](double rate) { return is_safe(spread_before, output_spread(update.at(rate))); };
  const double end = update.rate_of_relative_size(kLargest);
  double safe = 0, unsafe = update.rate_of_relative_size(kSmallest);
  for (; unsafe < end && is_safe_at(unsafe); unsafe *= kStride) safe = unsafe;
  while (safe > 0 && unsafe > safe * kPrecision) {
    const double middle = std::sqrt(safe * unsafe);
    (is_safe_at(middle) ? safe : unsafe) = middle;
  }
  return std::sqrt(safe * unsafe);
}

double mean_rate(const std::vector<StartOfTraining>& seeds) {
  double sum = 0;
  for (const StartOfTraining& seed : seeds) sum += std::log(seed.largest_safe_lr);  // of 0: the mean is 0 too
  return std::exp(sum / static_cast<double>(seeds.size()));
}

std::vector<StartOfTraining> measure_seeds(const Config& config, std::int64_t seeds, const probe::TaskBuilder& build,
                                           Progress& progress, std::int64_t& done) {
  std::vector<StartOfTraining> measured;
  for (std::int64_t i = 0; i < seeds; ++i) {
    Config mine = config;
    mine.train.seed += i;
    measured.push_back(measure_start(*build(mine), mine));
    progress.update(++done, enum_name(config.model.norm_placement));
  }
  return measured;
}

std::vector<probe::StackVerdict> recursion_of(const Config& config, const probe::TaskBuilder& build) {
  const ModelConfig model = model_of_task(config);
  const probe::Measurement starts = probe::measure_starts(*build(config));
  return probe::verdicts_on(probe::predict_signal(model, probe::stack_starts(model, starts)));
}

}  // namespace

// An update that makes numbers overflow leaves a spread of NaN, which is not safe.
bool is_safe(double spread_before, double spread_after) {
  return spread_after >= kSpreadKept * spread_before && spread_after >= std::min(kSmallestSpread, spread_before);
}

StartOfTraining measure_start(updates::Task& task, const Config& config) {
  FirstUpdate update(task, config);
  StartOfTraining start{update.at(0), update.at(config.optim.lr), 0};
  start.largest_safe_lr = find_largest_safe_lr(update, output_spread(start.before));
  return start;
}

bool Advice::is_close() const { return std::abs(std::log2(config.optim.lr / largest_safe_lr)) < 1; }

Advice advise(const Config& config, std::int64_t seeds, const probe::TaskBuilder& build) {
  if (config.optim.lr <= 0) throw_error<UsageError>("optim.lr is 0: nothing to advise on; give it a value above");
  const bool compare = config.model.norm_placement != kRecommendedPlacement;
  Progress progress("measuring", compare ? seeds + 1 : seeds);
  std::int64_t done = 0;
  Advice advice{config, measure_seeds(config, seeds, build, progress, done), 0, {}};
  advice.largest_safe_lr = mean_rate(advice.seeds);
  advice.recursion = recursion_of(config, build);
  if (compare) {
    Config recommended = config;
    recommended.model.norm_placement = kRecommendedPlacement;
    advice.largest_with_pre_ln = mean_rate(measure_seeds(recommended, 1, build, progress, done));
  }
  return advice;
}

}  // namespace prenorm::advice
