// Xiong et al. 2020, sections 3.2 and 4, in short: one model, task and rate; Post-LN with and without warm-up, Pre-LN
// without. The task is to reverse sentences, so that learning shows within some hundred updates.
#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <array>
#include <mutex>
#include <nlohmann/json.hpp>

#include "prenorm/base/terminal.h"
#include "prenorm/models/translator.h"
#include "prenorm/papers/fit.h"
#include "prenorm/papers/json.h"
#include "prenorm/papers/xiong2020/experiments.h"
#include "prenorm/papers/xiong2020/reversal.h"

namespace prenorm::papers::xiong2020 {
namespace {

struct Arm {
  std::string_view name;
  NormPlacement placement;
  bool warmup;
};

constexpr std::array kArms = {Arm{"Post-LN, no warm-up", NormPlacement::kPostLn, false},
                              Arm{"Post-LN, warm-up", NormPlacement::kPostLn, true},
                              Arm{"Pre-LN, no warm-up", NormPlacement::kPreLn, false}};

struct Setting {
  std::int64_t layers, d_model, updates;
  double lr;
};

Setting setting_of(const ExperimentOptions& options) {
  if (options.quick) return {6, 64, 200, 2e-3};
  return {6, 64, 800, 2e-3};
}

ModelConfig model_of(const Arm& arm, const Setting& s) {
  ModelConfig model;
  model.norm_placement = arm.placement;
  model.encoder_layers = model.decoder_layers = s.layers;
  model.d_model = s.d_model;
  model.d_ff = 2 * s.d_model;
  model.num_heads = 4;
  model.dropout = 0;
  return model;
}

Trajectory train(const Arm& arm, const Setting& s, std::int64_t seed) {
  const Reversal task;
  const auto key = static_cast<std::uint64_t>(seed);
  models::Translator model(model_of(arm, s), task.vocabulary(), task.vocabulary(), key);
  FitOptions options;
  options.optim.lr = s.lr;
  options.schedule.name = ScheduleName::kInverseSqrt;
  options.schedule.warmup_steps = arm.warmup ? s.updates / 4 : 0;
  options.schedule.decay_start_steps = s.updates / 4;
  options.updates = s.updates;
  options.record_every = s.updates / 40;
  return fit(
      model.parameters(),
      [&](std::int64_t update) {
        const data::Batch batch = task.batch(key, update);
        return model.loss(batch, /*label_smoothing=*/0, {.training = true}).loss_sum /
               static_cast<double>(batch.target_tokens());
      },
      options);
}

// By arm and seed.
using Runs = std::array<std::vector<Trajectory>, kArms.size()>;

Runs all_runs(const Setting& s, std::int64_t seeds, const Cells& cells) {
  Runs runs;
  for (auto& arm : runs) arm.resize(static_cast<std::size_t>(seeds));
  const std::int64_t count = static_cast<std::int64_t>(kArms.size()) * seeds;
  Progress progress("training", count);
  std::mutex mutex;
  std::int64_t done = 0;
  at::parallel_for(0, count, 1, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t i = first; i < last; ++i) {
      const auto arm = static_cast<std::size_t>(i) % kArms.size();
      const std::int64_t seed = i / static_cast<std::int64_t>(kArms.size()) + 1;
      const nlohmann::json found = cells.get(fmt::format("{}, {} layers, d_model {}, {} updates at {}, seed {}",
                                                         kArms[arm].name, s.layers, s.d_model, s.updates, s.lr, seed),
                                             [&] {
                                               const Trajectory t = train(kArms[arm], s, seed);
                                               return nlohmann::json{{"update", t.update}, {"loss", t.loss}};
                                             });
      runs[arm][static_cast<std::size_t>(seed - 1)] = {field<std::vector<double>>(found, "update"),
                                                       field<std::vector<double>>(found, "loss")};
      const std::scoped_lock lock(mutex);
      progress.update(++done);
    }
  });
  return runs;
}

double final_loss(const Trajectory& t) { return t.loss.back(); }

// The mean over seeds, point by point; runs that ended early are left out of the points they do not have.
Curve mean_curve(std::string_view name, const std::vector<Trajectory>& seeds) {
  Curve curve{std::string(name), seeds.front().update, std::vector<double>(seeds.front().update.size(), 0.0)};
  for (std::size_t i = 0; i < curve.y.size(); ++i) {
    double count = 0;
    for (const Trajectory& t : seeds)
      if (i < t.loss.size()) {
        curve.y[i] += t.loss[i];
        ++count;
      }
    curve.y[i] /= count;
  }
  return curve;
}

}  // namespace

Results run_warmup(const ExperimentOptions& options, const Cells& cells) {
  const Setting s = setting_of(options);
  const Runs runs = all_runs(s, options.seeds, cells);
  const double unigram = Reversal().unigram_nats_per_token();
  Results results;
  for (std::size_t seed = 0; seed < runs[0].size(); ++seed) {
    const std::vector<std::pair<std::string, double>> at = {{"seed", static_cast<double>(seed + 1)}};
    const double cold = final_loss(runs[0][seed]), warm = final_loss(runs[1][seed]), pre = final_loss(runs[2][seed]);
    results.checks.push_back({"post_ln_without_warmup",
                              "Section 3.2",
                              at,
                              cold / unigram,
                              1,
                              {0.8, 1.2},
                              "final training loss over that of word frequencies alone: nothing is learned"});
    results.checks.push_back({"pre_ln_without_warmup",
                              "Section 4",
                              at,
                              pre / unigram,
                              0,
                              {0, 0.5},
                              "final training loss over that of word frequencies alone"});
    results.checks.push_back({"pre_ln_over_post_ln_with_warmup",
                              "Section 4",
                              at,
                              pre / warm,
                              1,
                              {0, 1.1},
                              "final training loss of Pre-LN without warm-up over that of Post-LN with it"});
  }
  Figure figure{fmt::format("Training at rate {:g}", s.lr),
                "update",
                "loss, nats per target token",
                false,
                false,
                {},
                "Mean over seeds. The dashed line is the loss of a model that knows word frequencies alone."};
  for (std::size_t arm = 0; arm < kArms.size(); ++arm) figure.curves.push_back(mean_curve(kArms[arm].name, runs[arm]));
  figure.curves.push_back({"word frequencies", {1, static_cast<double>(s.updates)}, {unigram, unigram}, true});
  results.figures.push_back(std::move(figure));
  return results;
}

}  // namespace prenorm::papers::xiong2020
