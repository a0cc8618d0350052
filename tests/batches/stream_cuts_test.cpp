#include "prenorm/batches/stream_cuts.h"

#include <gtest/gtest.h>

#include "prenorm/base/error.h"

namespace prenorm::batches {
namespace {

// Numbers of 32 bits put them in order; more would have come twice or never.
TEST(StreamCuts, MoreStretchesThanCanBePutInOrderAreRefused) {
  constexpr std::int64_t kMost = 0xffffffff;
  EXPECT_EQ(batches::StreamCuts(kMost * 64 + 63, 64, 8, 1).stretches(), kMost);
  EXPECT_THROW(batches::StreamCuts(kMost * 64 + 64, 64, 8, 1), DataError);
}

}  // namespace
}  // namespace prenorm::batches
