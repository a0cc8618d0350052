// Changes the seeds of all tests that use random values: PRENORM_TEST_SEED=3 in the environment of `./dev test`. With
// --levels, operations also run in other orders.
#pragma once

#include <cstdint>
#include <cstdlib>

namespace prenorm::test {

// The seed `base` of a test. PRENORM_TEST_SEED moves it far from those of all other tests; 0 or unset keeps it.
inline std::uint64_t test_seed(std::uint64_t base) {
  const char* moved_by = std::getenv("PRENORM_TEST_SEED");
  return moved_by == nullptr ? base : base + 1000 * std::strtoull(moved_by, nullptr, 10);
}

}  // namespace prenorm::test
