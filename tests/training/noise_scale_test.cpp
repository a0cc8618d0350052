// The noise scale of a run: what is logged and when, that training stays the same, and that a resumed run logs the
// same.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "prenorm/base/json_text.h"
#include "prenorm/noise/part_noise.h"
#include "tasks/tiny_documents.h"
#include "training/trainer_fixture.h"

namespace prenorm::training {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

class NoiseScaleOfARun : public TrainerTest {
 protected:
  static Config measuring(NoiseScale measured) {
    Config config = text_->config();
    config.train.noise_scale = measured;
    config.train.log_every = 2;
    config.data.valid_source = config.data.valid_target = "";
    return config;
  }
  static std::vector<nlohmann::json> lines(const std::string& name = "run") {
    return test::metrics_of(path(name), "noise_scale");
  }
};

TEST_F(NoiseScaleOfARun, IsLoggedWithTheUpdates) {
  const Config config = measuring(NoiseScale::kNorm);
  run(config);
  const auto log = lines();
  ASSERT_EQ(log.size(), test::metrics_of(path(), "update").size());
  ASSERT_EQ(log.front()["step"], 1);
  const nlohmann::json& last = log.back();
  EXPECT_EQ(last["updates"], 12);
  EXPECT_EQ(last["updates_without_estimate"], 0);
  EXPECT_GT(last["updates_in_mean"], 2) << "the first update has the weight 0.95^11";
  EXPECT_LT(last["updates_in_mean"], 12);
  EXPECT_GT(last["examples_per_update"], 5);
  ASSERT_EQ(last["noise_scale_by_group"].size(), 1U) << "norms alone are no total";
  const nlohmann::json& norm = last["noise_scale_by_group"]["norm"];
  EXPECT_GT(norm["gradient_variance"], 0);
  EXPECT_GE(norm["low_examples"], 0);
  if (!norm["examples"].is_null()) {
    EXPECT_NEAR(norm["examples"], norm["gradient_variance"].get<double>() / norm["gradient_square"].get<double>(),
                1e-9 * norm["examples"].get<double>());
    EXPECT_NEAR(norm["target_tokens"], norm["examples"].get<double>() * last["target_tokens_per_example"].get<double>(),
                1e-9 * norm["target_tokens"].get<double>());
  }
  EXPECT_TRUE(log.front()["noise_scale_by_group"]["norm"]["high_examples"].is_null())
      << "nothing is known of one update";
  double layers = 0;
  for (const auto& layer : last["noise_scale_by_layer"]) layers += layer["gradient_variance"].get<double>();
  EXPECT_NEAR(layers, norm["gradient_variance"], 1e-10 * layers);
  EXPECT_TRUE(last["noise_scale_by_layer"].contains("encoder.layers.0"));
}

TEST_F(NoiseScaleOfARun, GroupsOfAllParametersAddUpToTheTotal) {
  Config config = measuring(NoiseScale::kAll);
  config.optim.clip_norm = 1e-3;  // which comes afterwards
  run(config);
  const nlohmann::json groups = lines().back()["noise_scale_by_group"];
  nlohmann::json total = groups["total"];
  for (const char* moment : {"gradient_square", "gradient_variance"}) {
    double sum = 0;
    for (const auto& [name, group] : groups.items())
      if (name != "total") sum += group[moment].get<double>();
    EXPECT_NEAR(sum, total[moment], 1e-10 * groups["total"]["gradient_variance"].get<double>()) << moment;
  }
  // With one update in the mean, ‖∇L‖² + tr Σ / B is the square of the gradient's norm before clipping.
  config.train.max_steps = 1;
  config.optim.clip_norm = 0;
  run(config, "run1");
  const nlohmann::json line = lines("run1").back();
  total = line["noise_scale_by_group"]["total"];
  const double norm = test::metrics_of(path("run1"), "update").back()["grad_norm_l2_preclip"];
  EXPECT_NEAR(total["gradient_square"].get<double>() +
                  total["gradient_variance"].get<double>() / line["examples_per_update"].get<double>(),
              norm * norm, 1e-5 * norm * norm);
}

TEST_F(NoiseScaleOfARun, LeavesTrainingAsItIsAndIsOffByDefault) {
  run(measuring(NoiseScale::kOff), "run1");
  EXPECT_TRUE(lines("run1").empty());
  EXPECT_FALSE(test::trainer_state(path("run1") / "last").contains("noise_scale"));
  run(measuring(NoiseScale::kNorm), "run2");
  EXPECT_FALSE(lines("run2").empty());
  const auto off = test::metrics_of(path("run1"), "update"), on = test::metrics_of(path("run2"), "update");
  ASSERT_EQ(off.size(), on.size());
  for (std::size_t i = 0; i < off.size(); ++i)  // sums are taken example by example: other last bits
    EXPECT_NEAR(off[i]["loss_nats_per_token"], on[i]["loss_nats_per_token"], 1e-3);
}

TEST_F(NoiseScaleOfARun, ContinuesBitwiseWhenTheRunIsResumed) {
  const Config config = measuring(NoiseScale::kAll);
  run(config, "run1");
  Config part = config;
  part.train.max_steps = 7;
  run(part, "run2");
  app::train(config, runs::RunFolder(path("run2")), app::Start::kResume);
  EXPECT_EQ(lines("run2"), lines("run1"));
  EXPECT_EQ(test::record_of(path("run2")), test::record_of(path("run1")));
}

TEST_F(NoiseScaleOfARun, StartsAnewFromACheckpointWithoutIt) {
  Config config = measuring(NoiseScale::kOff);
  config.train.max_steps = 6;
  run(config);
  config = measuring(NoiseScale::kNorm);
  app::train(config, runs::RunFolder(path()), app::Start::kResume);
  ASSERT_FALSE(lines().empty());
  EXPECT_EQ(lines().front()["step"], 8);
  EXPECT_EQ(lines().front()["updates"], 2);
}

// One block of text per batch: there is no second example to compare with.
TEST_F(NoiseScaleOfARun, OfSingleExamplesIsNoneAndIsSaidOnce) {
  const test::TinyDocuments documents;
  Config config = documents.config(TaskKind::kCausalLm);
  config.batch.max_tokens = config.data.sequence_length;
  config.train.noise_scale = NoiseScale::kNorm;
  config.train.log_every = 1;
  ::testing::internal::CaptureStderr();
  app::train(config, runs::RunFolder(path()), app::Start::kNew);
  const std::string said = ::testing::internal::GetCapturedStderr();
  const std::string words = "fewer than two examples";
  const std::size_t first = said.find(words);
  EXPECT_NE(first, std::string::npos) << said;
  EXPECT_EQ(said.find(words, first + 1), std::string::npos) << said;
  EXPECT_TRUE(lines().empty());
  EXPECT_EQ(test::trainer_state(path() / "last")["noise_scale"]["updates_without_estimate"], 12);
  config.batch.accumulate = 2;
  app::train(config, runs::RunFolder(path("run1")), app::Start::kNew);
  EXPECT_EQ(lines("run1").back()["examples_per_update"], 2);
}

}  // namespace
}  // namespace prenorm::training
