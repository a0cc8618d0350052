// One way to run every test that draws, or trains on what is drawn, with other seeds: PRENORM_TEST_SEED=3 in the
// environment of `./dev test`, which with --levels computes in other orders too.
#pragma once

#include <cstdint>
#include <cstdlib>

namespace prenorm::test {

// The seed `base` of a test, moved far from those of all other tests by PRENORM_TEST_SEED; 0 or unset leaves it.
inline std::uint64_t test_seed(std::uint64_t base) {
  const char* moved_by = std::getenv("PRENORM_TEST_SEED");
  return moved_by == nullptr ? base : base + 1000 * std::strtoull(moved_by, nullptr, 10);
}

}  // namespace prenorm::test
