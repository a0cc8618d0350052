#include "prenorm/ops/cpu_level.h"

#include <atomic>
#include <cstdlib>

#include "prenorm/base/error.h"
#include "prenorm/ops/cpu/dispatch.h"

namespace prenorm::ops {
namespace {

constexpr const char* kVariable = "PRENORM_CPU_LEVEL";

CpuLevel level_wanted() {
  const char* value = std::getenv(kVariable);
  return value == nullptr ? highest_cpu_level() : parse_cpu_level(value, highest_cpu_level());
}

// If the first call throws, the next one throws again.
std::atomic<CpuLevel>& current() {
  static std::atomic<CpuLevel> level = level_wanted();
  return level;
}

}  // namespace

CpuLevel highest_cpu_level() {
#if PRENORM_X86_LEVELS
  static const CpuLevel level = __builtin_cpu_supports("x86-64-v4")   ? CpuLevel::kV4
                                : __builtin_cpu_supports("x86-64-v3") ? CpuLevel::kV3
                                                                      : CpuLevel::kBaseline;
  return level;
#else
  return CpuLevel::kBaseline;
#endif
}

CpuLevel cpu_level() { return current().load(std::memory_order_relaxed); }

CpuLevel parse_cpu_level(std::string_view value, CpuLevel highest) {
  std::string available;
  for (const auto& [level, name] : EnumNames<CpuLevel>::values) {
    if (level > highest) break;
    if (name == value) return level;
    available.append(available.empty() ? "" : ", ").append(name);
  }
  throw_error<UsageError>("{} is '{}', which is not a level that kernels can use here; set one of: {}; or unset it",
                          kVariable, value, available);
}

CpuLevelGuard::CpuLevelGuard(CpuLevel level) : before_(cpu_level()) { current() = level; }
CpuLevelGuard::~CpuLevelGuard() { current() = before_; }

}  // namespace prenorm::ops
