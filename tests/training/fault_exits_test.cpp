// Every exit of the trainer in edge cases, for each train.on_fault: its message and the files it leaves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <filesystem>

#include "prenorm/base/error.h"
#include "prenorm/training/trainer.h"
#include "training/fault_fixture.h"

namespace prenorm::training {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::array kPolicies{OnFault::kStop, OnFault::kSkip, OnFault::kRollback};
constexpr const char* kWeight = "encoder.layers.0.feed_forward.up.weight";

class FaultExits : public FaultTest {
 protected:
  // The message of a run that must not finish.
  static std::string message_of(const Config& config, const Breakage& how, const std::string& name = "run") {
    try {
      train(config, name, how);
    } catch (const NumericsError& error) {
      return error.what();
    }
    return "it came to its end";
  }
  static void expect_only_finite_numbers(const std::string& name) {
    for (const auto& line : test::metrics_of(path(name))) EXPECT_THAT(line.dump(), Not(HasSubstr("null")));
  }
};

TEST_F(FaultExits, ASignalBeforeTheFirstUpdateLeavesTheStart) {
  for (const OnFault on_fault : kPolicies) {
    SCOPED_TRACE(enum_name(on_fault));
    const Config config = fault_config(on_fault);
    const runs::TrainingResult result = train(config, "run", {.signal_at_start = true});
    EXPECT_EQ(result.reason, runs::StopReason::kSignal);
    EXPECT_EQ(result.state.step, 0);
    EXPECT_TRUE(fs::exists(path() / "last/model.safetensors"));
    EXPECT_FALSE(fs::exists(path() / "results.json"));
    train(config, "run", {});
    train(config, "run-whole", {});
    EXPECT_EQ(test::record_of(path()), test::record_of(path("run-whole")));
    TearDown();
  }
}

TEST_F(FaultExits, WeightsDamagedBeforeTheFirstUpdateAreNamed) {
  for (const OnFault on_fault : kPolicies)
    for (const bool signal : {false, true}) {
      SCOPED_TRACE(fmt::format("{}, {}", enum_name(on_fault), signal ? "a signal" : "no signal"));
      const std::string message =
          message_of(fault_config(on_fault), {.signal_at_start = signal, .damaged_weight = kWeight});
      EXPECT_THAT(message,
                  AllOf(HasSubstr(fmt::format("weight {} is not finite", kWeight)), Not(HasSubstr("any more")),
                        HasSubstr("no checkpoint had been written yet"), HasSubstr("damaged before this run")));
      // If the initial weights are written as a checkpoint, the fault is detected before the first update.
      const bool at_start = signal || on_fault == OnFault::kRollback;
      EXPECT_EQ(message.starts_with(at_start ? "update 0: weight " : "update 1: "), true) << message;
      EXPECT_TRUE(runs::RunFolder(path()).steps().empty());
      const auto diagnosis = test::read_json(path() / "diagnosis.json");
      EXPECT_EQ(diagnosis["cause"], "damaged_weights");
      EXPECT_EQ(diagnosis["fault"]["tensor"], kWeight);
      EXPECT_EQ(diagnosis["fault"].contains("batch"), !at_start) << "none had been computed";
      EXPECT_EQ(test::metrics_of(path(), "fault").size(), 1U);
      expect_only_finite_numbers("run");
      TearDown();
    }
}

// The run is at its end. Its checkpoint is kept. Once the validation works again, the run ends as if nothing had
// happened.
TEST_F(FaultExits, AValidationAtTheEndThatIsNotFiniteStopsTheRun) {
  const Breakage how{.bad_validation = [](std::int64_t) { return true; }};
  for (const OnFault on_fault : kPolicies) {
    SCOPED_TRACE(enum_name(on_fault));
    Config config = fault_config(on_fault);
    config.train.valid_every = 1000;
    for (int time = 0; time < 2; ++time) {  // the second time it is resumed, without an update
      EXPECT_THAT(message_of(config, how), HasSubstr("update 16: the validation loss is not finite; the checkpoint of "
                                                     "update 16 is the last good one; the likely cause"));
      EXPECT_FALSE(fs::exists(path() / "results.json"));
      const auto faults = test::metrics_of(path(), "fault");
      ASSERT_EQ(faults.size(), 1U);
      EXPECT_EQ(faults[0]["kind"], "validation_not_finite");
      EXPECT_EQ(faults[0]["action"], "stop");
      EXPECT_EQ(faults[0]["what"], "the validation loss is not finite");
      EXPECT_FALSE(faults[0].contains("batch")) << "no batch of training is at fault";
      EXPECT_TRUE(fs::exists(path() / "diagnosis.md"));
      expect_only_finite_numbers("run");
    }
    train(config, "run", {});
    train(config, "run-whole", {});
    EXPECT_EQ(test::record_of(path()), test::record_of(path("run-whole")));
    TearDown();
  }
}

TEST_F(FaultExits, AValidationOfTheAverageThatIsNotFiniteIsSaidToBe) {
  Config config = fault_config(OnFault::kStop);
  config.train.valid_every = 1000;
  config.train.average_last = 2;
  EXPECT_THAT(message_of(config, {.bad_validation = [](std::int64_t validation) { return validation == 1; }}),
              HasSubstr("update 16: the validation loss of the averaged weights is not finite; the checkpoint of"));
  EXPECT_FALSE(fs::exists(path() / "results.json"));
}

TEST_F(FaultExits, AValidationBetweenThatIsNotFiniteStopsOrGoesBack) {
  const Breakage how{.bad_validation = [](std::int64_t validation) { return validation == 1; }};
  for (const OnFault on_fault : {OnFault::kStop, OnFault::kSkip}) {
    EXPECT_THAT(message_of(fault_config(on_fault), how),
                HasSubstr("update 10: the validation loss is not finite; the checkpoint of update 5 is the last"));
    TearDown();
  }
  const runs::TrainingResult result = train(fault_config(OnFault::kRollback), "run", how);
  EXPECT_EQ(result.state.step, 16);
  EXPECT_EQ(result.state.faults, 1);
  EXPECT_EQ(test::read_json(path() / "results.json")["updates"], 16);
  const auto faults = test::metrics_of(path(), "fault");
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0]["step"], 6) << "back at the checkpoint of update 5";
}

// The update before such a validation is repeated each time. That alone is not progress.
TEST_F(FaultExits, GoingBackFromTheSameValidationEndsAfterMaxFaults) {
  Config config = fault_config(OnFault::kRollback);
  config.train.max_faults = 3;
  EXPECT_THAT(message_of(config, {.bad_validation = [](std::int64_t validation) { return validation >= 1; }}),
              HasSubstr("update 10: the validation loss is not finite"));
  const auto faults = test::metrics_of(path(), "fault");
  EXPECT_EQ(faults.size(), 4U);
  EXPECT_EQ(faults.back()["action"], "stop");
}

TEST_F(FaultExits, GoingBackFromWeightsThatOverflowEndsAfterMaxFaults) {
  Config config = fault_config(OnFault::kRollback);
  config.optim.lr = 1e39;  // beyond the range of the configuration: every update overflows
  config.train.max_faults = 3;
  for (const std::int64_t history : {0, 64}) {
    config.train.history = history;
    config.train.observe_every = history;
    EXPECT_THAT(message_of(config, {}), HasSubstr("is not finite"));
    EXPECT_EQ(test::metrics_of(path(), "fault").size(), 4U) << history;
    EXPECT_EQ(runs::RunFolder(path()).steps(), std::vector<std::int64_t>{0});
    TearDown();
  }
}

TEST_F(FaultExits, AFaultInTheLastUpdate) {
  const Breakage how = infinite({15});
  EXPECT_THAT(message_of(fault_config(OnFault::kStop), how),
              HasSubstr("update 16: training has diverged: the loss is"));
  EXPECT_FALSE(fs::exists(path() / "results.json"));
  TearDown();
  for (const OnFault on_fault : {OnFault::kSkip, OnFault::kRollback}) {
    const runs::TrainingResult result = train(fault_config(on_fault), "run", how);
    EXPECT_EQ(result.state.step, 16);
    EXPECT_EQ(test::read_json(path() / "results.json")["updates"], 16);
    EXPECT_EQ(test::read_json(path() / "last/trainer.json")["step"], 16);
    TearDown();
  }
}

TEST_F(FaultExits, ALastBatchThatIsLeftOutEndsTheLastEpoch) {
  Config config = fault_config(OnFault::kSkip);
  config.train.max_epochs = 1;
  config.train.max_steps = 1000;
  const std::int64_t batches = task_of(config)->batches_in_epoch(0);
  const runs::TrainingResult result = train(config, "run", infinite({batches - 1}));
  EXPECT_EQ(result.reason, runs::StopReason::kMaxEpochs);
  EXPECT_EQ(result.state.step, batches - 1);
  EXPECT_EQ(test::read_json(path() / "last/trainer.json")["step"], batches - 1);
  EXPECT_TRUE(test::read_json(path() / "results.json").contains("last"));
}

// The update during which the signal arrived is rolled back. The run ends at the checkpoint, unfinished.
TEST_F(FaultExits, ASignalDuringAnUpdateThatIsUndone) {
  Config config = fault_config(OnFault::kRollback);
  config.optim.lr = 1e39;
  config.train.history = config.train.observe_every = 0;
  const runs::TrainingResult result = train(config, "run", {.signal_at = 0});
  EXPECT_EQ(result.reason, runs::StopReason::kSignal);
  EXPECT_EQ(result.state.step, 0);
  EXPECT_EQ(result.state.faults, 1);
  EXPECT_FALSE(fs::exists(path() / "results.json"));
  EXPECT_EQ(runs::RunFolder(path()).steps(), std::vector<std::int64_t>{0});
}

TEST_F(FaultExits, ABatchWithoutTargetTokensMovesNothingOutOfRange) {
  Config config = fault_config(OnFault::kStop);
  config.train.log_every = 1;
  for (const std::int64_t batch : {0, 7}) {
    const runs::TrainingResult result = train(config, "run", {.empty_batch = batch});
    EXPECT_EQ(result.state.step, 16);
    expect_only_finite_numbers("run");
    const auto lines = test::metrics_of(path(), "update");
    EXPECT_EQ(lines.at(static_cast<std::size_t>(batch))["loss_nats_per_token"], 0);
    EXPECT_EQ(lines.at(static_cast<std::size_t>(batch))["grad_norm_l2_preclip"], 0);
    EXPECT_TRUE(std::isfinite(norm(weights(*task_of(config), path() / "last"))));
    TearDown();
  }
}

}  // namespace
}  // namespace prenorm::training
