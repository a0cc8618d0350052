#include "prenorm/diagnosis/schedule_unit.h"

namespace prenorm::diagnosis {

std::int64_t in_schedule_unit(const Evidence& e, std::int64_t updates) {
  if (e.config.schedule.unit == ScheduleUnit::kUpdates) return updates;
  const std::int64_t of_one = e.state.step > 0 ? e.state.target_tokens / e.state.step : 0;
  return updates * (of_one > 0 ? of_one : e.config.batch.max_tokens * e.config.batch.accumulate);
}

}  // namespace prenorm::diagnosis
