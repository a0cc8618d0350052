// Runs broken in different ways, which the diagnosis must distinguish, and healthy runs, in which it must find no
// fault. The table is that of docs/diagnosis.md; sizes and seeds are not those on which the rules were developed.
#include "prenorm/diagnosis/diagnosis.h"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <functional>

#include "prenorm/base/error.h"
#include "prenorm/diagnosis/diagnose_run.h"
#include "prenorm/training/trainer.h"
#include "training/broken_task.h"
#include "training/trainer_fixture.h"

namespace prenorm::diagnosis {
namespace {

namespace fs = std::filesystem;

// What a case is tried at.
struct Size {
  std::int64_t d_model, layers;
  std::int64_t seed;
};

// Whether a run is broken by what was done to it, or only where training shows it: another machine rounds otherwise,
// and what diverges on one may learn on the next.
enum class Certainty : std::uint8_t { kByConstruction, kByItsRecord };

struct Broken {
  std::string name;
  diagnosis::Cause cause;
  std::function<void(Config&)> configure = [](Config&) {};
  training::Breakage how{};
  std::function<void(nn::Parameters&)> start = [](nn::Parameters&) {};
  std::string names{};  // what the page must name
  Certainty certainty = Certainty::kByConstruction;
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
      {.name = "adam at a rate 1000 times too high",
       .cause = diagnosis::Cause::kRateTooHigh,
       .configure = [](Config& c) { c.optim.lr = 3; },
       .certainty = Certainty::kByItsRecord},
      {.name = "sgd at a rate far too high",
       .cause = diagnosis::Cause::kRateTooHigh,
       .configure =
           [](Config& c) {
             c.optim.name = OptimizerName::kSgd;
             c.optim.lr = 300;
           },
       .certainty = Certainty::kByItsRecord},
      {.name = "Post-LN, 12+12 layers, full rate at once",
       .cause = diagnosis::Cause::kPostLnCold,
       .configure =
           [](Config& c) {
             c.model.norm_placement = NormPlacement::kPostLn;
             c.model.encoder_layers = c.model.decoder_layers = 12;
             c.optim.lr = 0.01;
           },
       .certainty = Certainty::kByItsRecord},
      {"NaN from one operator",
       diagnosis::Cause::kBrokenOperator,
       [](Config&) {},
       {.point = "decoder.layers.0.self_attention.branch", .point_batch = 60},
       [](nn::Parameters&) {},
       "decoder.layers.0.self_attention.branch"},
      {"one batch with an infinite loss",
       diagnosis::Cause::kPoisonedBatch,
       [](Config&) {},
       {.loss_factor = [](std::int64_t b) { return b == 50 ? std::numeric_limits<double>::infinity() : 1.0; }}},
      {"one batch a hundred times as large",
       diagnosis::Cause::kPoisonedBatch,
       [](Config& c) { c.train.spike_ratio = 20; },
       {.loss_factor = [](std::int64_t b) { return b == 77 ? 100.0 : 1.0; }}},
      {"one large batch, seen from the end",
       diagnosis::Cause::kPoisonedBatch,
       [](Config& c) { c.optim.clip_norm = 1; },
       {.loss_factor = [](std::int64_t b) { return b == 370 ? 200.0 : 1.0; }}},
      {.name = "Pre-LN without final LN, 12+12 layers, at a high rate",
       .cause = diagnosis::Cause::kMissingFinalNorm,
       .configure =
           [](Config& c) {
             c.model.norm_placement = NormPlacement::kPreLnNoFinal;
             c.model.encoder_layers = c.model.decoder_layers = 12;
             c.optim.lr = 0.03;
           },
       .certainty = Certainty::kByItsRecord},
      {.name = "no shortcuts and no norms, 12+12 layers",
       .cause = diagnosis::Cause::kRankCollapse,
       .configure =
           [](Config& c) {
             c.model.norm_placement = NormPlacement::kNone;
             c.model.attention_skip = c.model.feed_forward_skip = 0;
             c.model.encoder_layers = c.model.decoder_layers = 12;
           },
       .names = "mean cosine",
       .certainty = Certainty::kByItsRecord},
      {.name = "embeddings a hundredfold",
       .cause = diagnosis::Cause::kEmbeddingScale,
       .start = [](nn::Parameters& p) { scale(p, "embedding.weight", 100); },
       .certainty = Certainty::kByItsRecord},
      {"embeddings a thousandfold",
       diagnosis::Cause::kEmbeddingScale,
       [](Config&) {},
       {},
       [](nn::Parameters& p) { scale(p, "embedding.weight", 1000); }},
      {.name = "beta2 = 0",
       .cause = diagnosis::Cause::kAdamMoments,
       .configure =
           [](Config& c) {
             c.optim.beta2 = 0;
             c.optim.lr = 0.03;
           },
       .certainty = Certainty::kByItsRecord},
      {"eps = 1", diagnosis::Cause::kAdamMoments, [](Config& c) { c.optim.eps = 1; }},
      {"weight decay of 10", diagnosis::Cause::kWeightDecay,
       [](Config& c) {
         c.optim.name = OptimizerName::kAdamW;
         c.optim.weight_decay = 10;
       }},
      {"sgd clipped to nothing", diagnosis::Cause::kClipTooSmall,
       [](Config& c) {
         c.optim.name = OptimizerName::kSgd;
         c.optim.lr = 0.5;
         c.optim.clip_norm = 1e-5;
       }},
      {"rate of 1e-7", diagnosis::Cause::kRateTooLow, [](Config& c) { c.optim.lr = 1e-7; }},
      {"rate of 0", diagnosis::Cause::kRateTooLow, [](Config& c) { c.optim.lr = 0; }},
      {"targets shuffled", diagnosis::Cause::kDataWithoutSignal, [](Config&) {}, {.shuffled_targets = true}},
  };
}

std::vector<Broken> sound_runs() {
  return {
      {"Pre-LN", diagnosis::Cause::kNone},
      {"Pre-LN, 12+12 layers, at the rate at which Post-LN stalls", diagnosis::Cause::kNone,
       [](Config& c) {
         c.model.encoder_layers = c.model.decoder_layers = 12;
         c.optim.lr = 0.01;
       }},
      {"Post-LN with warm-up", diagnosis::Cause::kNone,
       [](Config& c) {
         c.model.norm_placement = NormPlacement::kPostLn;
         c.schedule.warmup_steps = 150;
         c.train.max_steps = 600;
       }},
      {"Post-LN, one layer, without warm-up", diagnosis::Cause::kNone,
       [](Config& c) {
         c.model.norm_placement = NormPlacement::kPostLn;
         c.model.encoder_layers = c.model.decoder_layers = 1;
       }},
      {"Pre-LN without final LN, shallow", diagnosis::Cause::kNone,
       [](Config& c) {
         c.model.norm_placement = NormPlacement::kPreLnNoFinal;
         c.model.encoder_layers = c.model.decoder_layers = 1;
       }},
      {"sgd with clipping", diagnosis::Cause::kNone,
       [](Config& c) {
         c.optim.name = OptimizerName::kSgd;
         c.optim.lr = 0.5;
         c.optim.clip_norm = 1;
         c.train.max_steps = 800;
       }},
      {"adamw with decay and label smoothing", diagnosis::Cause::kNone,
       [](Config& c) {
         c.optim.name = OptimizerName::kAdamW;
         c.optim.weight_decay = 0.1;
         c.train.label_smoothing = 0.1;
       }},
      {"an early end", diagnosis::Cause::kNone, [](Config& c) { c.train.max_steps = 60; }},
  };
}

class SlowDiagnosis : public training::TrainerTest {
 protected:
  static diagnosis::RunDiagnosis diagnosis_of(const Broken& broken, const Size& size) {
    Config config = sound(text_->config(), size);
    broken.configure(config);
    const fs::path prepared = *text_ / "prepared";
    const runs::Tokenizers tokenizers = app::make_tokenizers(config, prepared);
    training::BrokenTask task(config, tokenizers, prepared, broken.how);
    broken.start(task.parameters());
    const runs::RunFolder folder(path());
    fs::remove_all(path());
    folder.create(config, tokenizers);
    training::Trainer trainer(config, task, folder);
    try {
      trainer.run();
    } catch (const NumericsError&) {  // the run folder says so
    }
    return diagnose_run(folder);
  }
};

// PRENORM_DIAGNOSIS_SIZES="32,2,7 24,3,11" prints the table at other sizes (d_model, layers, seed).
std::vector<Size> sizes(std::vector<Size> usual) {
  const char* text = std::getenv("PRENORM_DIAGNOSIS_SIZES");
  if (text == nullptr) return usual;
  std::vector<Size> result;
  Size s{};
  for (int used = 0; std::sscanf(text, " %ld,%ld,%ld%n", &s.d_model, &s.layers, &s.seed, &used) == 3; text += used)
    result.push_back(s);
  return result;
}

// The interval of a share at 95 % confidence (Wilson 1927).
struct Interval {
  double low, high;
};
Interval wilson(int right, int runs) {
  constexpr double kZ = 1.96;
  const double n = runs, p = right / n, middle = (p + kZ * kZ / (2 * n)) / (1 + kZ * kZ / n);
  const double half = kZ * std::sqrt(p * (1 - p) / n + kZ * kZ / (4 * n * n)) / (1 + kZ * kZ / n);
  return {middle - half, middle + half};
}

// By the log alone: no fault, and a loss in the end below what token frequencies give.
bool has_learned(const runs::RunFolder& folder) {
  if (!test::metrics_of(folder.path(), "fault").empty()) return false;
  const auto lines = test::metrics_of(folder.path(), "update");
  constexpr std::size_t kLast = 6;
  if (lines.size() < kLast) return false;
  double nll = 0;
  for (std::size_t i = lines.size() - kLast; i < lines.size(); ++i) nll += lines[i]["nll_nats_per_token"].get<double>();
  return !at_unigram_loss(nll / kLast, runs::load_state(folder.last()).unigram_nats);
}

TEST(Interval, IsWilsons) {
  EXPECT_NEAR(wilson(45, 50).low, 0.7864, 1e-4);
  EXPECT_NEAR(wilson(45, 50).high, 0.9565, 1e-4);
  EXPECT_NEAR(wilson(50, 50).high, 1, 1e-12);
}

TEST_F(SlowDiagnosis, NamesTheCauseOfBrokenRuns) {
  int right = 0, runs = 0, learned = 0;
  for (const Size& size : sizes({{16, 2, 1}, {16, 2, 2}, {16, 3, 3}, {24, 2, 4}, {24, 3, 7}}))
    for (const Broken& broken : broken_runs()) {
      SCOPED_TRACE(broken.name);
      const diagnosis::RunDiagnosis found = diagnosis_of(broken, size);
      const bool sound = broken.certainty == Certainty::kByItsRecord && has_learned(runs::RunFolder(path()));
      const bool named = found.json["cause"] == enum_name(broken.cause);
      fmt::print("{:<54} d {:>3} L {} seed {:>2}: {} {} ({}) {}\n", broken.name, size.d_model, size.layers, size.seed,
                 found.json["symptom"].get<std::string>(), found.json["cause"].get<std::string>(),
                 found.json["confidence"].get<std::string>(),
                 sound   ? "(it learned)"
                 : named ? ""
                         : "<-- wrong");
      learned += sound;
      if (sound) continue;
      right += named;
      ++runs;
      if (!named) fmt::print("{}\n", found.page.substr(0, 1200));
      if (!named) continue;
      EXPECT_THAT(found.page, ::testing::HasSubstr(broken.names));
      EXPECT_FALSE(found.json["remedies"].empty());
    }
  const auto [low, high] = wilson(right, runs);
  fmt::print("{} of {} named, [{:.3f}, {:.3f}]; {} learned after all\n", right, runs, low, high, learned);
  // 79 of 85. Six tables of 20 sizes and seeds, five of these at each vector level: 84 or 85 of 85, on the baseline 82
  // of 84; lower ends 0.92 to 0.96.
  EXPECT_GE(low, 0.85) << right << " of " << runs;
  EXPECT_LE(10 * learned, runs) << "the runs are not those that were to be broken";
}

TEST_F(SlowDiagnosis, AccusesNoSoundRun) {
  for (const Size& size : sizes({{16, 2, 1}, {24, 3, 7}}))
    for (const Broken& run : sound_runs()) {
      SCOPED_TRACE(run.name);
      const diagnosis::RunDiagnosis found = diagnosis_of(run, size);
      EXPECT_EQ(found.json["cause"], "none") << found.page.substr(0, 1200);
      EXPECT_TRUE(found.nothing_wrong);
      fmt::print("{:<54} d {:>3} L {} seed {:>2}: {}\n", run.name, size.d_model, size.layers, size.seed,
                 found.json["seen"].get<std::string>());
    }
}

}  // namespace
}  // namespace prenorm::diagnosis
