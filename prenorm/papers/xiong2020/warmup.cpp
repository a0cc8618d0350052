// Xiong et al. 2020, sections 3.2 and 4, in small: Post-LN with and without warm-up, Pre-LN without, at one peak rate.
#include "prenorm/papers/xiong2020/warmup.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "prenorm/papers/xiong2020/experiments.h"
#include "prenorm/papers/xiong2020/reversal.h"

namespace prenorm::papers::xiong2020 {
namespace {

WarmupSetting warmup_setting(const ExperimentOptions& options) {
  // At 4e-3 Post-LN with warm-up sometimes collapses at the peak, depending on the last bits of the matrix products.
  if (options.quick) return {.updates = 480, .warmup = 360, .lr = 3e-3};
  return {.updates = 1600, .warmup = 400, .lr = 3e-3};
}

double final_loss(const Trajectory& t) { return t.loss.back(); }

// The share of its updates after which `run` has reached `loss`; 2 if it never does.
double share_to_reach(const Trajectory& run, double loss) {
  for (std::size_t i = 0; i < run.loss.size(); ++i)
    if (run.loss[i] <= loss) return run.update[i] / run.update.back();
  return 2;
}

void check_seed(Results& results, std::size_t seed, const Trajectory& cold, const Trajectory& warm,
                const Trajectory& pre) {
  const std::vector<std::pair<std::string, double>> at = {{"seed", static_cast<double>(seed)}};
  const double chance = Reversal().chance_nats_per_token();
  results.checks.push_back({"post_ln_without_warmup",
                            "Section 3.2",
                            at,
                            final_loss(cold) / chance,
                            1,
                            {0.8, 1.25},
                            "final training loss over that of a model that ignores the source: nothing was learned"});
  results.checks.push_back({"post_ln_warmup_helps",
                            "Section 3.2",
                            at,
                            final_loss(warm) / final_loss(cold),
                            0,
                            {0, 0.9},
                            "final training loss of Post-LN with warm-up over that without"});
  results.checks.push_back({"pre_ln_without_warmup",
                            "Section 4",
                            at,
                            final_loss(pre) / chance,
                            0,
                            {0, 0.5},
                            "final training loss over that of a model that ignores the source"});
  // A difference: both losses may be near zero, which would make a ratio meaningless.
  results.checks.push_back(
      {"pre_ln_minus_warm_post_ln",
       "Section 4",
       at,
       final_loss(pre) - final_loss(warm),
       0,
       {-std::numeric_limits<double>::infinity(), 0.1},
       "final training loss, nats per token, of Pre-LN without warm-up minus that of Post-LN with it"});
  results.checks.push_back({"pre_ln_share_of_updates",
                            "Section 4",
                            at,
                            share_to_reach(pre, final_loss(warm)),
                            0.6,
                            {0, 0.7},
                            "share of the updates after which Pre-LN without warm-up has reached the final loss of "
                            "Post-LN with it; predicted: the paper's 9 of 15 epochs"});
}

// The mean over seeds, point by point. A run that ended early has no later points.
Curve mean_curve(std::string_view name, const std::vector<Trajectory>& seeds) {
  const auto& longest = *std::max_element(seeds.begin(), seeds.end(), [](const Trajectory& a, const Trajectory& b) {
    return a.loss.size() < b.loss.size();
  });
  Curve curve{std::string(name), longest.update, {}};
  for (std::size_t i = 0; i < curve.x.size(); ++i) {
    double sum = 0, count = 0;
    for (const Trajectory& t : seeds)
      if (i < t.loss.size()) {
        sum += t.loss[i];
        ++count;
      }
    curve.y.push_back(sum / count);
  }
  return curve;
}

Figure loss_figure(const WarmupSetting& s, const WarmupRuns& runs) {
  const double chance = Reversal().chance_nats_per_token();
  Figure figure{
      fmt::format("Training loss at peak rate {:g}", s.lr),
      "update",
      "loss, nats per target token",
      /*log_x=*/false,
      /*log_y=*/false,
      {},
      fmt::format("Mean over seeds; each point is the mean of {} updates. The level line: the loss of a model "
                  "that ignores the source.",
                  s.record_every)};
  for (std::size_t arm = 0; arm < runs.size(); ++arm)
    figure.curves.push_back(mean_curve(kWarmupArms.at(arm).name, runs.at(arm)));
  figure.curves.push_back({"source ignored", {1, static_cast<double>(s.updates)}, {chance, chance}});
  return figure;
}

}  // namespace

Results warmup_results(const WarmupSetting& s, const WarmupRuns& runs) {
  Results results;
  for (std::size_t i = 0; i < runs[0].size(); ++i) check_seed(results, i + 1, runs[0][i], runs[1][i], runs[2][i]);
  results.figures.push_back(loss_figure(s, runs));
  return results;
}

Results run_warmup(const ExperimentOptions& options, const Cells& cells) {
  const WarmupSetting s = warmup_setting(options);
  return warmup_results(s, train_warmup_runs(s, options.seeds, cells));
}

}  // namespace prenorm::papers::xiong2020
