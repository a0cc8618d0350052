// Runs broken in different ways, each of which must be told from the others, and sound ones that must not be accused.
// The same table with other sizes and seeds than those the rules were tried on: docs/diagnosis.md.
#include "prenorm/training/diagnosis.h"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <functional>

#include "prenorm/base/error.h"
#include "prenorm/training/diagnose_run.h"
#include "prenorm/training/trainer.h"
#include "training/broken_task.h"
#include "training/trainer_fixture.h"

namespace prenorm::training {
namespace {

namespace fs = std::filesystem;

// What a case is tried at.
struct Size {
  std::int64_t d_model, layers;
  std::int64_t seed;
};

struct Broken {
  std::string name;
  Cause cause;
  std::function<void(Config&)> configure = [](Config&) {};
  Breakage how{};
  std::function<void(nn::Parameters&)> start = [](nn::Parameters&) {};
  std::string names{};  // what the page must name
};

Config sound(const Config& tiny, const Size& size) {
  Config c = tiny;
  c.data.valid_source = c.data.valid_target = "";
  c.model.d_model = size.d_model;
  c.model.d_ff = 2 * size.d_model;
  c.model.encoder_layers = c.model.decoder_layers = size.layers;
  c.model.dropout = 0;
  c.optim.lr = 3e-3;
  c.schedule.name = ScheduleName::kConstant;
  c.train.seed = size.seed;
  c.train.max_steps = 400;
  c.train.label_smoothing = 0;
  c.train.log_every = 10;
  c.train.observe_every = 50;
  c.train.checkpoint_every = 1000;
  return c;
}

void scale(nn::Parameters& parameters, const std::string& name, double factor) {
  const at::NoGradGuard no_grad;
  for (const nn::Parameter& p : parameters.list())
    if (p.name == name) p.value.mul_(factor);
}

std::vector<Broken> broken_runs() {
  return {
      {"adam at a rate 300 times too high", Cause::kRateTooHigh, [](Config& c) { c.optim.lr = 1; }},
      {"sgd at a rate far too high", Cause::kRateTooHigh,
       [](Config& c) {
         c.optim.name = OptimizerName::kSgd;
         c.optim.lr = 30;
       }},
      {"Post-LN, 12+12 layers, full rate at once", Cause::kPostLnCold,
       [](Config& c) {
         c.model.norm_placement = NormPlacement::kPostLn;
         c.model.encoder_layers = c.model.decoder_layers = 12;
         c.optim.lr = 0.01;
       }},
      {"NaN from one operator",
       Cause::kBrokenOperator,
       [](Config&) {},
       {.point = "decoder.layers.0.self_attention.branch", .point_batch = 60},
       [](nn::Parameters&) {},
       "decoder.layers.0.self_attention.branch"},
      {"one batch with an infinite loss",
       Cause::kPoisonedBatch,
       [](Config&) {},
       {.loss_factor = [](std::int64_t b) { return b == 50 ? std::numeric_limits<double>::infinity() : 1.0; }}},
      {"one batch a thousand times as large",
       Cause::kPoisonedBatch,
       [](Config& c) { c.train.spike_ratio = 20; },
       {.loss_factor = [](std::int64_t b) { return b == 77 ? 100.0 : 1.0; }}},
      {"one large batch, seen from the end",
       Cause::kPoisonedBatch,
       [](Config& c) { c.optim.clip_norm = 1; },
       {.loss_factor = [](std::int64_t b) { return b == 370 ? 30.0 : 1.0; }}},
      {"Pre-LN without final LN, 12+12 layers, at a high rate", Cause::kMissingFinalNorm,
       [](Config& c) {
         c.model.norm_placement = NormPlacement::kPreLnNoFinal;
         c.model.encoder_layers = c.model.decoder_layers = 12;
         c.optim.lr = 0.03;
       }},
      {"embeddings a hundredfold",
       Cause::kEmbeddingScale,
       [](Config&) {},
       {},
       [](nn::Parameters& p) { scale(p, "embedding.weight", 100); }},
      {"beta2 = 0", Cause::kAdamMoments,
       [](Config& c) {
         c.optim.beta2 = 0;
         c.optim.lr = 0.03;
       }},
      {"eps = 1", Cause::kAdamMoments, [](Config& c) { c.optim.eps = 1; }},
      {"weight decay of 10", Cause::kWeightDecay,
       [](Config& c) {
         c.optim.name = OptimizerName::kAdamW;
         c.optim.weight_decay = 10;
       }},
      {"sgd clipped to nothing", Cause::kClipTooSmall,
       [](Config& c) {
         c.optim.name = OptimizerName::kSgd;
         c.optim.lr = 0.5;
         c.optim.clip_norm = 1e-5;
       }},
      {"rate of 1e-7", Cause::kRateTooLow, [](Config& c) { c.optim.lr = 1e-7; }},
      {"rate of 0", Cause::kRateTooLow, [](Config& c) { c.optim.lr = 0; }},
      {"targets shuffled", Cause::kDataWithoutSignal, [](Config&) {}, {.shuffled_targets = true}},
  };
}

std::vector<Broken> sound_runs() {
  return {
      {"Pre-LN", Cause::kNone},
      {"Pre-LN, 12+12 layers, at the rate at which Post-LN stalls", Cause::kNone,
       [](Config& c) {
         c.model.encoder_layers = c.model.decoder_layers = 12;
         c.optim.lr = 0.01;
       }},
      {"Post-LN with warm-up", Cause::kNone,
       [](Config& c) {
         c.model.norm_placement = NormPlacement::kPostLn;
         c.schedule.warmup_steps = 150;
         c.train.max_steps = 600;
       }},
      {"Post-LN, one layer, without warm-up", Cause::kNone,
       [](Config& c) {
         c.model.norm_placement = NormPlacement::kPostLn;
         c.model.encoder_layers = c.model.decoder_layers = 1;
       }},
      {"Pre-LN without final LN, shallow", Cause::kNone,
       [](Config& c) {
         c.model.norm_placement = NormPlacement::kPreLnNoFinal;
         c.model.encoder_layers = c.model.decoder_layers = 1;
       }},
      {"sgd with clipping", Cause::kNone,
       [](Config& c) {
         c.optim.name = OptimizerName::kSgd;
         c.optim.lr = 0.5;
         c.optim.clip_norm = 1;
         c.train.max_steps = 800;
       }},
      {"adamw with decay and label smoothing", Cause::kNone,
       [](Config& c) {
         c.optim.name = OptimizerName::kAdamW;
         c.optim.weight_decay = 0.1;
         c.train.label_smoothing = 0.1;
       }},
      {"an early end", Cause::kNone, [](Config& c) { c.train.max_steps = 60; }},
  };
}

class SlowDiagnosis : public TrainerTest {
 protected:
  static RunDiagnosis diagnosis_of(const Broken& broken, const Size& size) {
    Config config = sound(text_->config(), size);
    broken.configure(config);
    const fs::path prepared = *text_ / "prepared";
    const Tokenizers tokenizers = tasks::make_tokenizers(config, prepared);
    BrokenTask task(config, tokenizers, prepared, broken.how);
    broken.start(task.parameters());
    const RunFolder folder(path());
    fs::remove_all(path());
    folder.create(config, tokenizers);
    Trainer trainer(config, task, folder);
    try {
      trainer.run();
    } catch (const NumericsError&) {  // the run folder says so
    }
    return diagnose_run(folder);
  }
};

// PRENORM_DIAGNOSIS_SIZES="32,2,7 24,3,11" prints the table at other sizes (d_model, layers, seed).
std::vector<Size> sizes() {
  const char* text = std::getenv("PRENORM_DIAGNOSIS_SIZES");
  if (text == nullptr) return {{16, 2, 1}};
  std::vector<Size> result;
  Size s{};
  for (int used = 0; std::sscanf(text, " %ld,%ld,%ld%n", &s.d_model, &s.layers, &s.seed, &used) == 3; text += used)
    result.push_back(s);
  return result;
}

TEST_F(SlowDiagnosis, NamesTheCauseOfBrokenRuns) {
  int right = 0, runs = 0;
  for (const Size& size : sizes())
    for (const Broken& broken : broken_runs()) {
      SCOPED_TRACE(broken.name);
      const RunDiagnosis found = diagnosis_of(broken, size);
      const bool named = found.json["cause"] == enum_name(broken.cause);
      right += named;
      ++runs;
      fmt::print("{:<54} d {:>3} L {} seed {:>2}: {} {} ({}) {}\n", broken.name, size.d_model, size.layers, size.seed,
                 found.json["symptom"].get<std::string>(), found.json["cause"].get<std::string>(),
                 found.json["confidence"].get<std::string>(), named ? "" : "<-- wrong");
      if (!named) fmt::print("{}\n", found.page.substr(0, 1200));
      if (!named) continue;
      EXPECT_THAT(found.page, ::testing::HasSubstr(broken.names));
      EXPECT_FALSE(found.json["remedies"].empty());
    }
  EXPECT_GE(10 * right, 9 * runs) << right << " of " << runs;
}

TEST_F(SlowDiagnosis, AccusesNoSoundRun) {
  for (const Size& size : sizes())
    for (const Broken& run : sound_runs()) {
      SCOPED_TRACE(run.name);
      const RunDiagnosis found = diagnosis_of(run, size);
      EXPECT_EQ(found.json["cause"], "none") << found.page.substr(0, 1200);
      EXPECT_TRUE(found.nothing_wrong);
      fmt::print("{:<54} d {:>3} L {} seed {:>2}: {}\n", run.name, size.d_model, size.layers, size.seed,
                 found.json["seen"].get<std::string>());
    }
}

}  // namespace
}  // namespace prenorm::training
