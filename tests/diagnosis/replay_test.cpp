// An update made again is the update.
#include "prenorm/diagnosis/replay.h"
#include "prenorm/app/replay_run.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "prenorm/base/error.h"
#include "training/trainer_fixture.h"

namespace prenorm::diagnosis {
namespace {

class ReplayTest : public training::TrainerTest {};

TEST_F(ReplayTest, HasTheSameLossAndGradientNormToTheBit) {
  Config config = text_->config();
  config.batch.accumulate = 2;
  config.runtime.threads = config.runtime.workers = 2;
  config.runtime.share_tokens = 40;
  config.train.log_every = 1;
  run(config);
  const auto before = test::content_of(path());
  const auto lines = test::metrics_of(path(), "update");
  for (const std::int64_t step : {1, 4, 6, 12}) {
    SCOPED_TRACE(step);
    const diagnosis::Replay replay = app::replay_run(runs::RunFolder(path()), step);
    EXPECT_EQ(replay.from, step <= 5 ? 0 : step <= 10 ? 5 : 10);
    EXPECT_EQ(replay.update.loss(), lines[step - 1]["loss_nats_per_token"]);
    EXPECT_EQ(replay.update.grad_norm, lines[step - 1]["grad_norm_l2_preclip"]);
    EXPECT_EQ(replay.update.learning_rate, lines[step - 1]["learning_rate"]);
    EXPECT_EQ(replay.batches.size(), 4U) << "two batches, two workers";
    double squares = 0;
    for (const runs::TensorUpdate& t : replay.tensors) squares += t.gradient * t.gradient;
    EXPECT_NEAR(std::sqrt(squares), replay.update.grad_norm, 1e-9 * replay.update.grad_norm);
  }
  EXPECT_EQ(test::content_of(path()), before) << "nothing is written";
}

// What the run observed at update 1 is what the replay sees.
TEST_F(ReplayTest, SeesWhatTheRunObserved) {
  Config config = text_->config();
  run(config);
  const auto line = test::metrics_of(path(), "observation").at(0);
  const diagnosis::Replay replay = app::replay_run(runs::RunFolder(path()), 1);
  std::size_t compared = 0;
  for (const diagnosis::PointStatistics& p : replay.points()) {
    if (!line["rms_by_point"].contains(p.point)) continue;
    const double rms = line["rms_by_point"][p.point];
    EXPECT_NEAR(p.rms(), rms, 1e-6 * rms) << p.point;
    EXPECT_EQ(p.share_not_finite(), 0);
    EXPECT_GE(p.largest, p.rms());
    ++compared;
  }
  EXPECT_EQ(compared, line["rms_by_point"].size());
  for (std::size_t i = 0; i < replay.tensors.size(); ++i) {
    const std::string& name = replay.parameters[i].name;
    EXPECT_EQ(replay.tensors[i].gradient, line["grad_norm_l2_by_parameter"][name]);
    EXPECT_EQ(replay.tensors[i].weight, line["weight_norm_l2_by_parameter"][name]);
    EXPECT_EQ(replay.tensors[i].ratio, line["update_ratio_by_parameter"][name]);
  }
  const nlohmann::json json = to_json(replay);
  EXPECT_EQ(json["made"], true);
  EXPECT_NE(to_page(replay).find("| decoder.layers.0.feed_forward.output |"), std::string::npos);
}

TEST_F(ReplayTest, UpdatesThatAreNotThereAreErrors) {
  Config config = text_->config();
  run(config);
  EXPECT_THROW(app::replay_run(runs::RunFolder(path()), 0), UsageError);
  EXPECT_THROW(app::replay_run(runs::RunFolder(path()), 13), UsageError);
  EXPECT_THROW(app::replay_run(runs::RunFolder(text_->path()), 1), UsageError);
}

}  // namespace
}  // namespace prenorm::diagnosis
