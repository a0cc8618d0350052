// Kernels are made of vector instructions at each level. The compiler does not say when it gives up on a loop, and on a
// machine with a higher level nobody sees it.
#include "ops/built_code.h"

#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include "command_output.h"
#include "prenorm/ops/cpu/dispatch.h"

namespace prenorm::testing {
namespace {

TEST(BuiltCode, EveryKernelComputesWithTheVectorsOfItsLevel) {
  if (!PRENORM_X86_LEVELS || !PRENORM_VECTORISED) GTEST_SKIP() << "levels are of optimised builds for x86-64";
  std::istringstream disassembly(test::output_of("objdump --disassemble --demangle --no-show-raw-insn '" PRENORM_LIBRARY
                                                 "' | sed -n '/^[0-9a-f]* <.*run_at_v[34]</,/^$/p'"));
  std::map<std::string_view, int> found;
  for (const BuiltKernel& kernel : built_kernels(disassembly)) {
    ++found[kernel.vectors];
    EXPECT_EQ(kernel.fault(), "") << kernel.name;
  }
  // Far fewer than there are: what finds none must not pass.
  EXPECT_GT(found["%ymm"], 20) << "does objdump (Debian: binutils) work here?";
  EXPECT_GT(found["%zmm"], 20);
}

std::string fault_of(const std::string& kernel, const std::string& code) {
  std::istringstream listing("0000000000000000 <other()>:\n   0:\tvmulss %xmm0,%xmm1,%xmm2\n\n0000000000000010 <auto " +
                             kernel + "(float*, long)>:\n" + code);
  const std::vector<BuiltKernel> kernels = built_kernels(listing);
  EXPECT_EQ(kernels.size(), 1);
  return kernels.empty() ? "none" : kernels.front().fault();
}

TEST(BuiltCode, PathsOfExceptionsAreLeftOut) {
  std::istringstream listing(
      "0000000000000010 <auto run_at_v3<Kernel>(float*) [clone .cold]>:\n  10:\tvmulss %xmm0,%xmm1,%xmm2\n");
  EXPECT_TRUE(built_kernels(listing).empty());
}

TEST(BuiltCode, ScalarKernelsAreFound) {
  const std::string loop = "run_at_v3<Loops<&(void f<float>(float*, long))>, float*, long>";
  const std::string scalar = "  10:\tvmulss (%rdi),%xmm1,%xmm2\n", packed = "  14:\tvmulps (%rdi),%ymm1,%ymm2\n";
  EXPECT_EQ(fault_of(loop, packed), "");
  EXPECT_EQ(fault_of(loop, packed + scalar), "") << "the rest of a row may be scalar";
  EXPECT_EQ(fault_of(loop, scalar), "computes one number at a time");
  EXPECT_EQ(fault_of(loop, scalar + "  14:\tvmovups %ymm1,(%rdi)\n"), "computes one number at a time");
  EXPECT_EQ(fault_of(loop, scalar + "  14:\tvmulps %xmm1,%xmm2,%xmm3\n"), "computes one number at a time");
  EXPECT_EQ(fault_of("run_at_v4<Kernel, float*>", packed + scalar), "computes one number at a time") << "half as wide";
  EXPECT_EQ(fault_of("run_at_v4<Kernel, float*>", "  14:\tvfnmadd231pd %zmm1,%zmm2,%zmm3\n" + scalar), "");
}

TEST(BuiltCode, KernelsThatMoveOrMixAreJudgedByThat) {
  const std::string loop = "run_at_v3<Loops<&(void f<float>(float*, long))>, float*, long>", move = "run_at_v3<Copy>";
  EXPECT_EQ(fault_of(move, "  10:\tvmovups (%rdi),%ymm1\n"), "");
  EXPECT_EQ(fault_of(move, "  10:\tmov    (%rdi),%eax\n"), "uses no vectors of its level");
  const std::string packed = "  10:\tvmulps (%rdi),%ymm1,%ymm2\n", imul = "  14:\timul   $0x7feb352d,%eax,%eax\n";
  EXPECT_NE(fault_of(loop, packed + imul), "");
  EXPECT_EQ(fault_of(loop, packed + imul + "  18:\tvpmulld %ymm1,%ymm2,%ymm3\n"), "");
  EXPECT_EQ(fault_of(loop, packed + "  14:\timul   %rax,%rdx\n"), "") << "an address";
}

}  // namespace
}  // namespace prenorm::testing
