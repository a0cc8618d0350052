// The instruction sets that kernels are built for, and which of them is used. Results differ between levels in the last
// bits, and speed by several times: with PRENORM_CPU_LEVEL in the environment a machine runs what a lesser one would.
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

// The level that kernels use: the highest, or the one that PRENORM_CPU_LEVEL named when it was first asked for. Errors:
// UsageError if the variable names none, or one that this processor does not have.
CpuLevel cpu_level();

// What PRENORM_CPU_LEVEL = `value` chooses on a processor whose highest level is `highest`.
CpuLevel parse_cpu_level(std::string_view value, CpuLevel highest);

// Another level while it lives, at most highest_cpu_level(). For the whole process: not for several threads at once.
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

// The names of the x86-64 psABI; the baseline is what the compiler builds for without being asked for more.
template <>
struct prenorm::EnumNames<prenorm::ops::CpuLevel> {
  using CpuLevel = prenorm::ops::CpuLevel;
  static constexpr std::array<std::pair<CpuLevel, std::string_view>, 3> values{
      {{CpuLevel::kBaseline, "baseline"}, {CpuLevel::kV3, "x86-64-v3"}, {CpuLevel::kV4, "x86-64-v4"}}};
};
