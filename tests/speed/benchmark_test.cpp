// The figures of a measurement at their edges.
#include "prenorm/speed/benchmark.h"

#include <gtest/gtest.h>

#include "prenorm/base/error.h"
#include "prenorm/tasks/synthetic_task.h"
#include "prenorm/runs/update_history.h"
#include "small_translator.h"

namespace prenorm::speed {
namespace {

TEST(Benchmark, QuantilesLieBetweenTheValues) {
  EXPECT_EQ(quantile({3, 1, 2}, 0.5), 2);
  EXPECT_EQ(quantile({4, 1}, 0.5), 2.5);
  EXPECT_EQ(quantile({7}, 0.9), 7);
  EXPECT_EQ(quantile({3, 1, 2}, 0), 1);
  EXPECT_EQ(quantile({3, 1, 2}, 1), 3);
}

TEST(Benchmark, OfNoValuesThereIsNoMiddle) {
  EXPECT_THROW(quantile({}, 0.5), UsageError);
  EXPECT_THROW(median({}), UsageError);
  EXPECT_EQ(median({4, 1, 3, 2}), 2) << "the lower of the two in the middle";
}

TEST(Benchmark, NoUpdatesCannotBeMeasured) {
  const Config config = test::small_translator();
  tasks::SyntheticTask task(config, {});
  EXPECT_THROW(measure(config, task, 0), UsageError);
}

}  // namespace
}  // namespace prenorm::speed
