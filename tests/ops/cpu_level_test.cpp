// The level of instructions: what PRENORM_CPU_LEVEL chooses, and that kernels take it.
#include "prenorm/ops/cpu_level.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "enum_values.h"
#include "prenorm/base/error.h"
#include "prenorm/ops/cpu/dispatch.h"
#include "prenorm/ops/cpu/packed_gemm.h"

namespace prenorm::ops {
namespace {

struct VectorBytes {
  template <int kBytes>
  static PRENORM_INLINE int run() {
    return kBytes;
  }
};

TEST(CpuLevel, IsTheOneNamedIfTheProcessorHasIt) {
  for (const auto& [highest, highest_name] : EnumNames<CpuLevel>::values)
    for (const auto& [level, name] : EnumNames<CpuLevel>::values) {
      if (level <= highest)
        EXPECT_EQ(parse_cpu_level(name, highest), level);
      else
        EXPECT_THROW(parse_cpu_level(name, highest), UsageError) << name << " on " << highest_name;
    }
}

TEST(CpuLevel, AnUnknownOneIsRefusedWithThoseThatThereAre) {
  for (const char* value : {"", "avx2", "x86-64-v2", "X86-64-V3", "x86-64-v3 "}) try {
      parse_cpu_level(value, CpuLevel::kV3);
      ADD_FAILURE() << value;
    } catch (const UsageError& error) {
      EXPECT_THAT(error.what(), ::testing::HasSubstr("PRENORM_CPU_LEVEL is '" + std::string(value) + "'"));
      EXPECT_THAT(error.what(), ::testing::HasSubstr("set one of: baseline, x86-64-v3;"));
    }
}

TEST(CpuLevel, KernelsTakeIt) {
  const CpuLevel before = cpu_level();
  for (const auto& [level, name] : EnumNames<CpuLevel>::values) {
    if (level > highest_cpu_level()) break;
    const CpuLevelGuard guard(level);
    EXPECT_EQ(cpu_level(), level);
    EXPECT_EQ(cpu::run_vectors<VectorBytes>(), level == CpuLevel::kV4 ? 64 : level == CpuLevel::kV3 ? 32 : 16) << name;
    EXPECT_EQ(cpu::packed_gemm_runs(), level == CpuLevel::kV4) << name;
  }
  EXPECT_EQ(cpu_level(), before);
}

}  // namespace
}  // namespace prenorm::ops
