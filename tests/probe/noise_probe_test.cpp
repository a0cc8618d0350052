// The noise scale at a checkpoint.
#include "prenorm/probe/noise_probe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "prenorm/base/error.h"
#include "prenorm/machine/terminal.h"
#include "tiny_runs.h"

namespace prenorm::probe {
namespace {

using ::testing::HasSubstr;

class NoiseProbeOfARun : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    be_quiet(true);
    runs_ = new test::TinyRuns;
  }
  static void TearDownTestSuite() { delete runs_; }
  static inline test::TinyRuns* runs_ = nullptr;
};

TEST_F(NoiseProbeOfARun, MeasuresEachTaskAndChangesNothing) {
  for (const TaskKind task : test::kTasks) {
    SCOPED_TRACE(enum_name(task));
    Config config = runs_->config(task);
    config.train.max_steps = 10;
    const runs::RunFolder run = runs_->trained(config, std::string(enum_name(task)));
    const auto before = test::content_of(run.path());
    const NoiseProbe probe = probe_noise_scale(run, "last", 8);
    EXPECT_EQ(test::content_of(run.path()), before);
    EXPECT_EQ(probe.large_batches, 4);
    EXPECT_GT(probe.examples, 3);
    ASSERT_EQ(probe.by_example.groups.back().part, "total");
    ASSERT_EQ(probe.two_batch.layers.size(), probe.by_example.layers.size());
    for (const NoiseEstimates* estimates : {&probe.by_example, &probe.two_batch}) {
      noise::Moments sum;
      for (const noise::PartNoise& layer : estimates->layers) sum += layer.moments;
      const noise::Moments& total = estimates->groups.back().moments;
      EXPECT_NEAR(sum.gradient_variance, total.gradient_variance, 1e-10 * std::abs(total.gradient_variance));
      EXPECT_NEAR(sum.gradient_square, total.gradient_square, 1e-10 * std::abs(total.gradient_variance));
    }
    EXPECT_GT(probe.by_example.groups.back().moments.gradient_variance, 0);
    const NoiseProbe again = probe_noise_scale(run, "last", 8);
    EXPECT_EQ(to_json(again), to_json(probe));
    EXPECT_THAT(report_of(probe), HasSubstr("\ntotal "));
  }
}

// With one example in each batch, the halves of a pair are its examples, and both estimators are one.
TEST_F(NoiseProbeOfARun, BothEstimatorsAgreeWhereTheSmallBatchIsOneExample) {
  Config config = runs_->config(TaskKind::kCausalLm);
  config.batch.max_tokens = config.data.sequence_length;
  config.train.max_steps = 4;
  const NoiseProbe probe = probe_noise_scale(runs_->trained(config, "single"), "last", 20);
  EXPECT_EQ(probe.examples, 2);
  EXPECT_EQ(probe.large_batches, 10);
  for (std::size_t i = 0; i < probe.by_example.groups.size(); ++i) {
    const noise::Moments &exact = probe.by_example.groups[i].moments, &halves = probe.two_batch.groups[i].moments;
    const double size = exact.gradient_variance;
    EXPECT_NEAR(exact.gradient_square, halves.gradient_square, 1e-4 * size) << probe.by_example.groups[i].part;
    EXPECT_NEAR(exact.gradient_variance, halves.gradient_variance, 1e-4 * size) << probe.by_example.groups[i].part;
  }
}

TEST_F(NoiseProbeOfARun, WarnsOfBatchesThatHoldExamplesTwice) {
  Config config = runs_->config(TaskKind::kCausalLm);
  config.train.max_steps = 2;
  const runs::RunFolder run = runs_->trained(config, "repeated");
  for (const std::int64_t batches : {4, 1000}) {
    ::testing::internal::CaptureStderr();
    probe_noise_scale(run, "last", batches);
    const std::string said = ::testing::internal::GetCapturedStderr();
    EXPECT_EQ(said.find("hold examples twice") != std::string::npos, batches == 1000) << said;
  }
}

TEST_F(NoiseProbeOfARun, NeedsPairsOfBatches) {
  const runs::RunFolder run = runs_->folder("nowhere");
  for (const std::int64_t batches : {2, 5}) EXPECT_THROW(probe_noise_scale(run, "", batches), UsageError);
}

}  // namespace
}  // namespace prenorm::probe
