// The figures of a measurement at their edges.
#include "prenorm/speed/benchmark.h"

#include <gtest/gtest.h>

#include "prenorm/base/error.h"
#include "prenorm/base/statistics.h"
#include "prenorm/runs/update_history.h"
#include "prenorm/tasks/synthetic_task.h"
#include "prenorm/updates/updater.h"
#include "small_translator.h"

namespace prenorm::speed {
namespace {

TEST(Benchmark, NoUpdatesCannotBeMeasured) {
  const Config config = test::small_translator();
  tasks::SyntheticTask task(config, {});
  EXPECT_THROW(measure(config, task, 0), UsageError);
}

TEST(Benchmark, MeasuresTheUpdatesThatTrainingMakes) {
  Config config = test::small_translator();
  config.runtime.threads = config.runtime.workers = 1;
  config.batch.accumulate = 2;
  config.optim.clip_norm = 0.1;
  tasks::SyntheticTask measured(config, {}), trained(config, {});
  const Benchmark benchmark = measure(config, measured, 1);
  updates::Updater updater(config, trained);
  runs::TrainerState state;
  updates::Update last;
  for (int i = 0; i < 3; ++i) {  // two before the one that is measured
    last = updater.compute(state);
    updater.apply(last, /*measure=*/false);
    updater.record(state, last, {});
  }
  ASSERT_EQ(benchmark.updates.size(), 1U);
  EXPECT_EQ(benchmark.updates[0].loss_nats, last.loss_nats);
  EXPECT_EQ(benchmark.updates[0].target_tokens, last.target_tokens);
  EXPECT_TRUE(measured.parameters().values().equal(trained.parameters().values()));
}

}  // namespace
}  // namespace prenorm::speed
