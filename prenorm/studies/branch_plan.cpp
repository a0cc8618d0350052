#include "prenorm/studies/branch_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

#include "prenorm/app/setup.h"
#include "prenorm/base/error.h"
#include "prenorm/base/text.h"
#include "prenorm/config/validate.h"
#include "prenorm/files/file_system.h"
#include "prenorm/runs/metrics_log.h"
#include "prenorm/updates/next_update.h"

namespace prenorm::studies {
namespace fs = std::filesystem;
namespace {

constexpr std::int64_t kLargestFactor = 4096, kMostBatches = 1'000'000, kFewestUpdates = 20;
constexpr double kShareOfTheRun = 0.1;

// Checkpoints of older versions do not count batches, nor do they have runs with a growing batch.
double mean_tokens_per_batch(const Config& config, const runs::TrainerState& state) {
  const std::int64_t batches = state.batches > 0 ? state.batches : state.step * config.batch.accumulate;
  return static_cast<double>(state.target_tokens) / static_cast<double>(std::max<std::int64_t>(1, batches));
}

double rate_scale(OptimizerName optimizer, std::int64_t factor) {
  const auto f = static_cast<double>(factor);
  return optimizer == OptimizerName::kSgd ? f : std::sqrt(f);
}

std::int64_t updates_in(const BranchStart& start, std::int64_t factor) {
  return start.batches / (start.batches_per_update * factor);
}

}  // namespace

std::vector<std::int64_t> parse_factors(std::string_view text) {
  std::vector<std::int64_t> factors;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string_view word = text.substr(begin, end - begin);
    std::int64_t factor = 0;
    const auto [stop, error] = std::from_chars(word.data(), word.data() + word.size(), factor);
    if (error != std::errc() || stop != word.data() + word.size() || factor < 1 || factor > kLargestFactor)
      throw_error<UsageError>("--branch-batch {}: {} is not a whole number from 1 to {}; list factors like 1,2,4,8",
                              quote_short(std::string(text)), quote_short(std::string(word)), kLargestFactor);
    if (std::find(factors.begin(), factors.end(), factor) != factors.end())
      throw_error<UsageError>("--branch-batch {}: {} is given twice", quote_short(std::string(text)), factor);
    factors.push_back(factor);
    begin = end + 1;
  }
  if (factors.size() < 2)
    throw_error<UsageError>("--branch-batch {}: name at least two factors to compare, like 1,2,4,8",
                            quote_short(std::string(text)));
  std::sort(factors.begin(), factors.end());
  return factors;
}

std::int64_t batches_of_branches(const BranchOptions& options, const BranchStart& start) {
  std::int64_t together = 1;  // batches after which all branches have made whole updates, of batches_per_update
  for (const std::int64_t factor : options.factors) {
    together = std::lcm(together, factor);
    if (together > kMostBatches / start.batches_per_update)
      throw_error<UsageError>(
          "--branch-batch: updates of these factors come together only after more than {} batches; take factors like "
          "1,2,4,8",
          kMostBatches);
  }
  together *= start.batches_per_update;
  const auto least = static_cast<double>(kFewestUpdates * options.factors.back() * start.batches_per_update);
  const double of_the_run = kShareOfTheRun * static_cast<double>(start.target_tokens) / start.tokens_per_batch;
  const double wanted =
      options.tokens ? static_cast<double>(*options.tokens) / start.tokens_per_batch : std::max(least, of_the_run);
  return together * static_cast<std::int64_t>(std::max(1.0, std::ceil(wanted / static_cast<double>(together) - 1e-9)));
}

BranchStart branch_start(const runs::RunFolder& run, const Config& config, const runs::TrainerState& state) {
  BranchStart start{.run = absolute_path(run.path()).string(),
                    .step = state.step,
                    .target_tokens = state.target_tokens,
                    .seconds = state.seconds,
                    .batches_per_update = updates::batches_of_next_update(config.batch, state),
                    .tokens_per_batch = mean_tokens_per_batch(config, state),
                    .noise = checkpoint_noise(state)};
  if (start.tokens_per_batch <= 0)
    throw_error<UsageError>("{}: has not trained yet; branches begin at a checkpoint after an update",
                            run.path().string());
  const auto next = std::llround(start.tokens_per_batch * static_cast<double>(start.batches_per_update));
  start.learning_rate = updates::rate_of_next_update(config, state, next, state.epoch);
  if (start.learning_rate <= 0)
    throw_error<UsageError>(
        "{}: the learning rate after update {} is 0, so branches would learn nothing; name an "
        "earlier --checkpoint",
        run.path().string(), start.step);
  return start;
}

LoadedConfig branch_base(const runs::RunFolder& run, LoadedConfig loaded, const BranchStart& start) {
  Config& c = loaded.config;
  if (valid_file(c).empty())
    throw_error<UsageError>("--branch-batch compares validation losses; the run {} has no validation text",
                            run.path().string());
  // The vocabulary as it lies in the run's folder, and the text prepared for it.
  c.data.prepared_dir = app::prepared_dir(c, run).string();
  const fs::path folder = absolute_path(run.path());
  const bool shared = is_there(folder / "vocabulary.model");
  c.tokenizer.source_model = folder / (shared ? "vocabulary.model" : "source.model");
  c.tokenizer.target_model = shared ? "" : (folder / "target.model").string();
  c.train.pretrained.clear();  // the checkpoint has all weights

  c.batch.accumulate = start.batches_per_update;
  updates::stop_growing(c.batch);
  c.schedule = {.name = ScheduleName::kConstant};
  c.optim.lr = start.learning_rate;
  c.train.max_steps = start.step + updates_in(start, 1);
  c.train.max_tokens = c.train.max_epochs = c.train.patience = c.train.bleu_every = c.train.average_last = 0;
  if (c.train.best_metric == BestMetric::kBleu) c.train.best_metric = BestMetric::kLoss;
  c.train.keep_last = 1;
  // In a run folder every key is given: what the run left at its default is the study's to choose.
  if (c.runtime.threads == RuntimeConfig{}.threads) loaded.origin["runtime.threads"] = "default";
  if (c.train.diverged_loss_ratio == 0) loaded.origin["train.diverged_loss_ratio"] = "default";
  return loaded;
}

std::vector<Branch> branches_of(const BranchOptions& options, const BranchStart& start, const LoadedConfig& base) {
  std::vector<Branch> branches;
  for (const std::int64_t factor : options.factors)
    for (std::int64_t i = 0; i < options.seeds; ++i) {
      Branch branch{factor, base.config.train.seed + i, {"", base.config}};
      Config& c = branch.cell.config;
      if (factor > kMostBatches / c.batch.accumulate)
        throw_error<UsageError>("--branch-batch: {} times {} batches an update is too much; {} is the most", factor,
                                c.batch.accumulate, kMostBatches);
      c.batch.accumulate *= factor;
      c.optim.lr *= rate_scale(c.optim.name, factor);
      c.train.seed = branch.seed;
      c.train.max_steps = start.step + updates_in(start, factor);
      c.train.valid_every = std::max<std::int64_t>(1, c.train.valid_every / factor);
      branch.cell.name = fmt::format("factor={},train.seed={}", factor, branch.seed);
      validate(c);
      branches.push_back(std::move(branch));
    }
  return branches;
}

}  // namespace prenorm::studies
