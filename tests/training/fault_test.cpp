// Faults after which a run continues: what is skipped and what is recorded. A run that is killed after a fault and
// resumed has the same results as one that is not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "prenorm/base/error.h"
#include "prenorm/training/trainer.h"
#include "training/fault_fixture.h"

namespace prenorm::training {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class Faults : public FaultTest {
 protected:
  // The run is killed when batch `killed_at` is loaded, or stopped after update `stop`, and then resumed.
  static void expect_same(const Config& config, const Breakage& how, std::int64_t killed_at, std::int64_t stop) {
    train(config, "run-whole", how);
    Breakage kill = how;
    kill.killed_at = killed_at;
    EXPECT_THROW(train(config, "run-killed", kill), std::runtime_error);
    train(config, "run-killed", how);
    EXPECT_EQ(test::record_of(path("run-killed")), test::record_of(path("run-whole")));
    Config part = config;
    part.train.max_steps = stop;
    train(part, "run-stopped", how);
    train(config, "run-stopped", how);
    EXPECT_EQ(test::record_of(path("run-stopped")), test::record_of(path("run-whole")));
  }
};

class SlowFaults : public Faults {};

TEST_F(Faults, ASkippedBatchLeavesNoTrace) {
  const Config config = fault_config(OnFault::kSkip);
  const runs::TrainingResult result = train(config, "run", infinite({3, 8, 9}));
  EXPECT_EQ(result.state.step, 16);
  EXPECT_EQ(result.state.faults, 3);
  EXPECT_EQ(test::read_json(path() / "results.json")["faults"], 3);
  std::vector<std::int64_t> updates, batches;
  for (const auto& line : test::metrics_of(path(), "fault")) {
    updates.push_back(line["update"]);
    batches.push_back(line["batch"]);
    EXPECT_EQ(line["kind"], "loss_not_finite");
    EXPECT_EQ(line["action"], "skip");
    EXPECT_EQ(line["step"], line["update"]);
    EXPECT_THAT(line["origin"].get<std::string>(), HasSubstr("train.src, lines "));
  }
  EXPECT_EQ(batches, (std::vector<std::int64_t>{3, 8, 9}));
  EXPECT_EQ(updates, (std::vector<std::int64_t>{4, 8, 8}));
  const auto& skipped = result.state.skipped;
  ASSERT_EQ(skipped.size(), 3U);
  EXPECT_EQ(skipped[1].batch, 8);
  EXPECT_TRUE(fs::exists(path() / "diagnosis.json")) << "of the first fault";
  EXPECT_EQ(test::read_json(path() / "diagnosis.json")["cause"], "poisoned_batch");
}

TEST_F(SlowFaults, ARunKilledAfterASkipIsTheSameRun) {
  for (const std::int64_t workers : {1, 2}) {
    SCOPED_TRACE(workers);
    expect_same(fault_config(OnFault::kSkip, workers), infinite({3, 8, 9}), 12, 9);
    TearDown();
  }
}

// Update 9 meets the bad batch. The run rolls back to the checkpoint of update 5.
TEST_F(Faults, ARollbackGoesBackAndPastTheBatch) {
  const Config config = fault_config(OnFault::kRollback);
  const runs::TrainingResult result = train(config, "run", infinite({8}));
  EXPECT_EQ(result.state.step, 16);
  const auto faults = test::metrics_of(path(), "fault");
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0]["update"], 9);
  EXPECT_EQ(faults[0]["step"], 6);
  EXPECT_EQ(faults[0]["action"], "rollback");
  std::vector<std::int64_t> steps;
  for (const auto& line : test::metrics_of(path(), "update")) steps.push_back(line["step"]);
  EXPECT_EQ(steps, (std::vector<std::int64_t>{1, 3, 6, 9, 12, 15})) << "what was undone is no longer in the log";
  // 16 updates and the 4 batches, 5 to 8, that were skipped.
  EXPECT_EQ(result.state.epoch * task_of(config)->batches_in_epoch(0) + result.state.batch, 20);
}

TEST_F(SlowFaults, ARunKilledAfterARollbackIsTheSameRun) {
  for (const std::int64_t workers : {1, 2})
    for (const std::int64_t keep : {1, 3}) {
      SCOPED_TRACE(fmt::format("{} workers, {} checkpoints", workers, keep));
      Config config = fault_config(OnFault::kRollback, workers);
      config.train.keep_last = keep;
      // The run is stopped after update 7. When it is resumed, it must not roll back to that checkpoint.
      expect_same(config, infinite({8, 10}), 11, 7);
      TearDown();
    }
}

TEST_F(Faults, ARollbackBeforeTheFirstCheckpointGoesBackToTheStart) {
  expect_same(fault_config(OnFault::kRollback), infinite({0, 2}), 4, 1);
  EXPECT_EQ(test::metrics_of(path("run-whole"), "fault").size(), 2U);
}

TEST_F(Faults, TooManyInARowStopTheRun) {
  for (const OnFault on_fault : {OnFault::kSkip, OnFault::kRollback}) {
    Config config = fault_config(on_fault);
    config.train.max_faults = 3;
    std::set<std::int64_t> bad;
    for (std::int64_t i = 7; i < 60; ++i) bad.insert(i);
    EXPECT_THROW(train(config, "run", infinite(bad)), NumericsError);
    const auto faults = test::metrics_of(path(), "fault");
    EXPECT_EQ(faults.size(), 4U);
    EXPECT_EQ(faults.back()["action"], "stop");
    EXPECT_EQ(test::read_json(path() / "last/trainer.json")["step"], 5);
    TearDown();
  }
}

// A spike is a fault only if configured. After a stop, the median is that of the checkpoint's history.
TEST_F(Faults, ASpikeOverTheMedianIsLeftOut) {
  Config config = fault_config(OnFault::kSkip);
  config.train.max_steps = 40;
  config.train.spike_ratio = 4;
  const Breakage how{.loss_factor = [](std::int64_t batch) { return batch == 25 ? 9.0 : batch == 5 ? 9.0 : 1.0; }};
  expect_same(config, how, 30, 22);
  const auto faults = test::metrics_of(path("run-whole"), "fault");
  ASSERT_EQ(faults.size(), 1U) << "batch 5 comes before there is a median";
  EXPECT_EQ(faults[0]["kind"], "loss_spike");
  EXPECT_EQ(faults[0]["update"], 26);
}

// If something else has damaged a checkpoint, no policy continues from it.
TEST_F(Faults, ADamagedWeightIsNamed) {
  Config config = fault_config(OnFault::kSkip);
  config.train.max_steps = 5;
  train(config, "run", {});
  const std::string name = "encoder.layers.0.feed_forward.up.weight";
  auto task = task_of(config);
  updates::Updater updater(config, *task);
  const runs::TrainerState state = runs::load_checkpoint(path() / "last", task->parameters(), updater.optimizer());
  task->parameters().at(name).data_ptr<float>()[7] = std::numeric_limits<float>::quiet_NaN();
  save_checkpoint(path() / "checkpoints/000005", task->parameters(), updater.optimizer(), state);
  config.train.max_steps = 16;
  EXPECT_THROW(train(config, "run", {}), NumericsError);
  const auto diagnosis = test::read_json(path() / "diagnosis.json");
  EXPECT_EQ(diagnosis["cause"], "damaged_weights");
  EXPECT_EQ(diagnosis["fault"]["tensor"], name);
}

TEST_F(Faults, TheHistoryKeepsWhatTheLastUpdatesWere) {
  Config config = fault_config(OnFault::kStop);
  config.train.history = 5;
  config.train.log_every = 1;
  train(config, "run", {});
  const runs::TrainerState state = runs::load_state(path() / "last");
  ASSERT_EQ(state.history.updates().size(), 5U);
  const auto lines = test::metrics_of(path(), "update");
  for (std::int64_t i = 0; i < 5; ++i) {
    const runs::UpdateRecord& u = state.history.updates()[i];
    const auto& line = lines[lines.size() - 5 + i];
    EXPECT_EQ(u.step, line["step"]);
    EXPECT_EQ(u.loss, line["loss_nats_per_token"]);
    EXPECT_EQ(u.grad_norm, line["grad_norm_l2_preclip"]);
    EXPECT_EQ(u.tensors.empty(), u.step != 16);
  }
  double squares = 0;
  for (const runs::TensorUpdate& t : state.history.updates().back().tensors) squares += t.gradient * t.gradient;
  const double norm = state.history.updates().back().grad_norm;
  EXPECT_NEAR(std::sqrt(squares), norm, 1e-4 * norm);
  EXPECT_EQ(state.history.parameters.size(), state.history.updates().back().tensors.size());
}

TEST_F(Faults, WithoutAHistoryTheRunIsTheSame) {
  Config config = fault_config(OnFault::kStop);
  train(config, "run1", {});
  config.train.history = 0;
  train(config, "run2", {});
  for (const char* step : {"000005", "000010", "000016"})
    EXPECT_EQ(test::record_of(path("run1"))[std::string(step) + " file"],
              test::record_of(path("run2"))[std::string(step) + " file"]);
  EXPECT_TRUE(runs::load_state(path("run2") / "last").history.updates().empty());
}

}  // namespace
}  // namespace prenorm::training
