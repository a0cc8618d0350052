// The figures of a measurement at their edges.
#include "prenorm/speed/benchmark.h"

#include <gtest/gtest.h>

#include "prenorm/base/error.h"
#include "prenorm/base/statistics.h"
#include "prenorm/runs/update_history.h"
#include "prenorm/tasks/synthetic_task.h"
#include "small_translator.h"

namespace prenorm::speed {
namespace {

TEST(Benchmark, NoUpdatesCannotBeMeasured) {
  const Config config = test::small_translator();
  tasks::SyntheticTask task(config, {});
  EXPECT_THROW(measure(config, task, 0), UsageError);
}

}  // namespace
}  // namespace prenorm::speed
