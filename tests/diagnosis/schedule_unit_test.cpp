// Advice about warm-up, in the unit of the run's schedule.
#include "prenorm/diagnosis/schedule_unit.h"

#include <gtest/gtest.h>

#include "prenorm/diagnosis/remedies.h"

namespace prenorm::diagnosis {
namespace {

std::string warm_up_advised(const Evidence& evidence) {
  for (const Remedy& remedy : remedies_for(Cause::kRateTooHigh, evidence))
    if (remedy.line.starts_with("schedule.warmup_steps")) return remedy.line;
  return "none";
}

TEST(ScheduleUnit, AWarmUpInTokensIsAdvisedInTokens) {
  Evidence evidence;
  evidence.state.step = 10;
  evidence.state.target_tokens = 5000;
  EXPECT_EQ(in_schedule_unit(evidence, 100), 100);
  EXPECT_EQ(warm_up_advised(evidence), "schedule.warmup_steps = 4000");
  evidence.config.schedule.unit = ScheduleUnit::kTokens;
  EXPECT_EQ(in_schedule_unit(evidence, 100), 50'000);
  EXPECT_EQ(warm_up_advised(evidence), "schedule.warmup_steps = 2000000");
}

TEST(ScheduleUnit, BeforeTheFirstUpdateABatchHasTheTokensItMayHave) {
  Evidence evidence;
  evidence.config.schedule.unit = ScheduleUnit::kTokens;
  evidence.config.batch.max_tokens = 300;
  evidence.config.batch.accumulate = 2;
  EXPECT_EQ(in_schedule_unit(evidence, 100), 60'000);
}

}  // namespace
}  // namespace prenorm::diagnosis
