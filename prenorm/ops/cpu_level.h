// The instruction sets that kernels are built for, and the one in use. Results differ between levels in the last bits,
// and speed by several times: PRENORM_CPU_LEVEL in the environment selects a lower level than the machine has.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include "prenorm/base/describe.h"

namespace prenorm::ops {

enum class CpuLevel : std::uint8_t { kBaseline, kV3, kV4 };

// The highest level of this processor.
CpuLevel highest_cpu_level();

// The level that kernels use: the highest, or the value of PRENORM_CPU_LEVEL at the first call. Errors: UsageError if
// the variable names no level, or one that this processor lacks.
CpuLevel cpu_level();

// The level that PRENORM_CPU_LEVEL = `value` selects on a processor whose highest level is `highest`.
CpuLevel parse_cpu_level(std::string_view value, CpuLevel highest);

// Sets another level, at most highest_cpu_level(), during its lifetime. It applies to the whole process, so only one
// thread may use it at a time.
class CpuLevelGuard {
 public:
  explicit CpuLevelGuard(CpuLevel level);
  ~CpuLevelGuard();
  CpuLevelGuard(const CpuLevelGuard&) = delete;
  CpuLevelGuard& operator=(const CpuLevelGuard&) = delete;

 private:
  CpuLevel before_;
};

}  // namespace prenorm::ops

// The names of the x86-64 psABI; the baseline is what the compiler targets by default.
template <>
struct prenorm::EnumNames<prenorm::ops::CpuLevel> {
  using CpuLevel = prenorm::ops::CpuLevel;
  static constexpr std::array<std::pair<CpuLevel, std::string_view>, 3> values{
      {{CpuLevel::kBaseline, "baseline"}, {CpuLevel::kV3, "x86-64-v3"}, {CpuLevel::kV4, "x86-64-v4"}}};
};
