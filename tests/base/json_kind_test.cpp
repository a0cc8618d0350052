#include "prenorm/base/json_kind.h"

#include <gtest/gtest.h>

namespace prenorm {
namespace {

constexpr JsonKind kApple{"apple", 2};

TEST(JsonKind, StandsFirstAndReplacesAnother) {
  const auto document = with_kind(kApple, {{"colour", "red"}, {"kind", "pear"}, {"version", 9}});
  EXPECT_EQ(document.dump(), R"({"kind":"apple","version":2,"colour":"red"})");
}

TEST(JsonKind, IsReadInThisVersionAndEarlierOnes) {
  EXPECT_TRUE(is_of_kind(with_kind(kApple, {}), kApple));
  EXPECT_TRUE(is_of_kind({{"kind", "apple"}, {"version", 1}}, kApple));
  EXPECT_FALSE(is_of_kind({{"kind", "apple"}, {"version", 3}}, kApple)) << "a later version";
  EXPECT_FALSE(is_of_kind({{"kind", "apple"}}, kApple));
  EXPECT_FALSE(is_of_kind({{"kind", "apple"}, {"version", "1"}}, kApple));
  EXPECT_FALSE(is_of_kind({{"kind", "pear"}, {"version", 1}}, kApple));
  EXPECT_FALSE(is_of_kind(nlohmann::json::array(), kApple));
  EXPECT_FALSE(has_kind(nlohmann::json::parse("7")));
}

}  // namespace
}  // namespace prenorm
