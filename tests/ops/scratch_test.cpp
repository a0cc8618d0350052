#include "prenorm/ops/cpu/scratch.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace prenorm::ops::cpu {
namespace {

bool all_are(const float* part, std::int64_t count, float value) {
  return std::all_of(part, part + count, [&](float x) { return x == value; });
}

TEST(Scratch, AThreadKeepsItsBlock) {
  float* first = nullptr;
  {
    Scratch<float> scratch(100);
    first = scratch.take(100);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(first) % kWidestVector, 0);
    EXPECT_GE(scratch.take(0) - first, 100);
  }
  Scratch<float> again(100);
  EXPECT_EQ(again.take(100), first);
}

TEST(Scratch, OneInsideAnotherLeavesItAlone) {
  Scratch<float> outer(50);
  float* const part = outer.take(50);
  std::fill_n(part, 50, 1.0F);
  for (const std::int64_t size : {50, 5000}) {
    Scratch<float> inner(size);
    std::fill_n(inner.take(size), size, 2.0F);
    Scratch<float> innermost(size);
    std::fill_n(innermost.take(size), size, 3.0F);
  }
  EXPECT_TRUE(all_are(part, 50, 1.0F));
  Scratch<float> after(50);
  std::fill_n(after.take(50), 50, 4.0F);
  EXPECT_TRUE(all_are(part, 50, 1.0F)) << "the outer one is still in use";
}

}  // namespace
}  // namespace prenorm::ops::cpu
