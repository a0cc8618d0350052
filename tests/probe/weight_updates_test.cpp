#include "prenorm/probe/weight_updates.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/linalg_svd.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "prenorm/base/error.h"
#include "prenorm/base/json.h"
#include "prenorm/io/safetensors.h"
#include "prenorm/probe/weight_updates_text.h"
#include "prenorm/runs/checkpoint.h"
#include "tiny_runs.h"

namespace prenorm::probe {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

at::Tensor weight(const runs::RunFolder& run, const std::string& name) {
  return io::read_safetensors(run.find_checkpoint("last") / "model.safetensors").at(name);
}

class WeightUpdatesOfRuns : public ::testing::TestWithParam<TaskKind> {
 protected:
  test::TinyRuns runs_;
};

std::string task_name(const ::testing::TestParamInfo<TaskKind>& info) { return std::string(enum_name(info.param)); }

INSTANTIATE_TEST_SUITE_P(Tasks, WeightUpdatesOfRuns, ::testing::ValuesIn(test::kTasks), task_name);

// A rate of zero leaves the initial weights, which are thus found to the bit.
TEST_P(WeightUpdatesOfRuns, AreZeroIfNothingWasLearned) {
  Config config = runs_.config(GetParam());
  config.optim.lr = 0;
  config.train.max_steps = 2;
  const WeightUpdates updates = probe_updates(runs_.trained(config, "still"), "last");
  ASSERT_FALSE(updates.matrices.empty());
  for (const MatrixUpdate& m : updates.matrices) EXPECT_EQ(m.figures.norm, 0) << m.kind;
}

TEST_P(WeightUpdatesOfRuns, AreTrainedMinusInitial) {
  const Config config = runs_.config(GetParam());
  Config still = config;
  still.optim.lr = 0;
  still.train.max_steps = 1;
  const runs::RunFolder trained = runs_.trained(config, "trained"), initial = runs_.trained(still, "still");
  const std::string stack = GetParam() == TaskKind::kCausalLm ? "decoder" : "encoder",
                    name = stack + ".layers.0.feed_forward.down.weight";
  const WeightUpdates updates = probe_updates(trained, "last");
  const auto found = std::find_if(updates.matrices.begin(), updates.matrices.end(), [&](const MatrixUpdate& m) {
    return m.kind == "feed_forward.down" && enum_name(m.layer->stack) == stack && m.layer->index == 0;
  });
  ASSERT_NE(found, updates.matrices.end());
  const at::Tensor before = weight(initial, name).to(at::kDouble),
                   update = weight(trained, name).to(at::kDouble) - before,
                   values = std::get<1>(at::linalg_svd(update, /*full_matrices=*/false));
  EXPECT_GT(values[0].item<double>(), 0.01) << "something was learned";
  for (std::size_t i = 0; i < found->figures.singular_values.size(); ++i)
    EXPECT_NEAR(found->figures.singular_values[i], values[static_cast<std::int64_t>(i)].item<double>(), 1e-10);
  EXPECT_NEAR(found->relative_norm, (update.norm() / before.norm()).item<double>(), 1e-9);
  const UpdateFigures& random = random_beside(updates, found->figures);
  EXPECT_EQ(random.columns, 32);
  EXPECT_NEAR(random.stable_rank, 16 * 32 / std::pow(4 + std::sqrt(32.0), 2), 2) << "Marchenko and Pastur";
  EXPECT_GT(random.stable_rank, found->figures.stable_rank) << "a short training has few directions";
}

TEST_P(WeightUpdatesOfRuns, AreReadBackAsTheyWere) {
  const WeightUpdates updates = probe_updates(runs_.trained(runs_.config(GetParam()), "run"), "");
  const nlohmann::json json = updates;
  EXPECT_EQ(nlohmann::json(nlohmann::json::parse(json.dump()).get<WeightUpdates>()), json);
  EXPECT_EQ(json["since"], fmt::format("seed {}", runs_.config(GetParam()).train.seed));
  const std::string report = report_of(updates);
  EXPECT_THAT(report, HasSubstr(" 1 self_attention.query"));
  EXPECT_THAT(report, HasSubstr("\nembedding "));
}

class WeightUpdatesOfARun : public ::testing::Test {
 protected:
  test::TinyRuns runs_;
};

TEST_F(WeightUpdatesOfARun, StartAtThePretrainedWeights) {
  const runs::RunFolder first = runs_.trained(runs_.config(TaskKind::kClassification), "first");
  Config config = runs_.config(TaskKind::kClassification);
  config.train.pretrained = first.path();
  const runs::RunFolder tuned = runs_.trained(config, "tuned");
  const WeightUpdates updates = probe_updates(tuned, "last");
  EXPECT_EQ(updates.since, first.find_checkpoint("").string());
  const std::string name = "encoder.layers.0.self_attention.out.weight";
  const at::Tensor pretrained = io::read_safetensors(first.find_checkpoint("") / "model.safetensors").at(name);
  const double norm = (weight(tuned, name) - pretrained).norm().item<double>();
  for (const MatrixUpdate& m : updates.matrices)
    if (m.kind == "self_attention.out") {
      EXPECT_NEAR(m.figures.norm, norm, 1e-6 * norm);
    }
}

TEST_F(WeightUpdatesOfARun, SayWhichMatricesAreFrozen) {
  Config config = runs_.config(TaskKind::kMaskedLm);
  config.train.trainable = "*.up.weight";
  const WeightUpdates updates = probe_updates(runs_.trained(config, "run"), "last");
  for (const MatrixUpdate& m : updates.matrices) {
    EXPECT_EQ(m.frozen, m.kind != "feed_forward.up") << m.kind;
    EXPECT_EQ(m.figures.norm == 0, m.frozen) << m.kind;
  }
  const nlohmann::json json = updates;
  EXPECT_EQ(nlohmann::json(json.get<WeightUpdates>()), json);
  EXPECT_THAT(report_of(updates), HasSubstr("frozen, no update"));
}

TEST_F(WeightUpdatesOfARun, HaveTheRankOfTheirAdapters) {
  Config config = runs_.config(TaskKind::kMaskedLm);
  config.train.lora_rank = 2;
  config.train.lora_targets = "*.up.weight";
  config.optim.lr = 0.01;
  for (const MatrixUpdate& m : probe_updates(runs_.trained(config, "run"), "last").matrices) {
    EXPECT_EQ(m.frozen, m.kind != "feed_forward.up") << m.kind;
    if (m.frozen) continue;
    EXPECT_GT(m.figures.singular_values.at(1), 0);
    // Beyond the rank there is only the rounding of the sum to float32.
    EXPECT_LT(m.figures.singular_values.at(2), 1e-3 * m.figures.singular_values.at(0));
  }
}

// The scales of this placement come from the first batch.
TEST_F(WeightUpdatesOfARun, StartAtScalesFromData) {
  Config config = runs_.config(TaskKind::kTranslation);
  config.model.norm_placement = NormPlacement::kAdmin;
  config.optim.lr = 0;
  config.train.max_steps = 1;
  for (const MatrixUpdate& m : probe_updates(runs_.trained(config, "run"), "last").matrices)
    EXPECT_EQ(m.figures.norm, 0) << m.kind;
}

TEST_F(WeightUpdatesOfARun, AreUnknownIfTheStartIs) {
  const Config config = runs_.config(TaskKind::kTranslation);
  const runs::RunFolder run = runs_.trained(config, "run");
  for (const auto& [key, word] : {std::pair{"imported_from", "imported"}, {"neurons_removed", "pruned"}}) {
    const runs::RunFolder other = runs_.folder(word);
    other.create(config, run.tokenizers());
    nn::Parameters parameters(1);
    parameters.add("w", {2, 2}, nn::constant(0));
    parameters.complete();
    runs::save_weights(other.checkpoint(0), parameters, {{key, "there"}});
    other.link_last(0);
    EXPECT_THAT([&] { probe_updates(other, ""); }, ThrowsMessage<UsageError>(HasSubstr(word)));
  }
}

TEST(WeightUpdatesJson, RefusesWhatIsNone) {
  EXPECT_THROW(nlohmann::json::object().get<WeightUpdates>(), JsonError);
  nlohmann::json json = WeightUpdates{"m", "c", "s", {{Layer{}, "up", 0, {.rows = 2, .columns = 2}}}, {}};
  EXPECT_NO_THROW(json.get<WeightUpdates>());
  json["matrices"][0]["stack"] = "tower";
  EXPECT_THROW(json.get<WeightUpdates>(), JsonError);
}

}  // namespace
}  // namespace prenorm::probe
