#include "prenorm/machine/profile.h"

#include <gtest/gtest.h>

#include <thread>

namespace prenorm::profile {
namespace {

Operator first{"first"}, second{"second", Takes::kAllWorkers}, idle{"idle"};

const Row* find(const std::vector<Row>& rows, std::string_view name) {
  for (const Row& row : rows)
    if (row.name == name) return &row;
  return nullptr;
}

TEST(Profile, CountsOnlyWhileItIsOn) {
  { const Timer timer(first, 1, 1); }
  start();
  EXPECT_TRUE(enabled());
  { const Timer timer(first, 10, 3); }
  { const Timer timer(first, 5, 4); }
  { const Timer timer(second); }
  const std::vector<Row> rows = stop();
  EXPECT_FALSE(enabled());
  { const Timer timer(first, 1, 1); }

  ASSERT_NE(find(rows, "first"), nullptr);
  EXPECT_EQ(find(rows, "first")->calls, 2);
  EXPECT_EQ(find(rows, "first")->flops, 15);
  EXPECT_EQ(find(rows, "first")->bytes, 7);
  EXPECT_GE(find(rows, "first")->seconds, 0);
  EXPECT_EQ(find(rows, "second")->takes, Takes::kAllWorkers);
  EXPECT_EQ(find(rows, "idle"), nullptr) << "what did not run has no line";

  start();
  EXPECT_TRUE(stop().empty()) << "each start begins at zero";
}

TEST(Profile, MeasuresSeconds) {
  start();
  {
    const Timer timer(first);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  const std::vector<Row> rows = stop();
  EXPECT_GE(find(rows, "first")->seconds, 0.004);
}

TEST(Profile, AddsUpOverThreads) {
  start();
  const auto work = [] {
    for (int i = 0; i < 1000; ++i) const Timer timer(first, 1, 2);
  };
  std::thread a(work), b(work);
  a.join();
  b.join();
  const std::vector<Row> rows = stop();
  EXPECT_EQ(find(rows, "first")->calls, 2000);
  EXPECT_EQ(find(rows, "first")->flops, 2000);
  EXPECT_EQ(find(rows, "first")->bytes, 4000);
}

}  // namespace
}  // namespace prenorm::profile
