#include "prenorm/base/describe.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "prenorm/base/error.h"
#include "prenorm/base/version.h"

namespace prenorm {

enum class Fruit { kApple, kPear, kUnnamed };
template <>
struct EnumNames<Fruit> {
  static constexpr std::array<std::pair<Fruit, std::string_view>, 2> values{
      {{Fruit::kApple, "apple"}, {Fruit::kPear, "pear"}}};
};

struct Basket {
  int count = 3;
  Fruit fruit = Fruit::kPear;
};
template <class V>
void describe(V& v, Basket& c) {
  v.field("count", c.count, Range{0, 10}, "how many");
  v.field("fruit", c.fruit, "which");
}

namespace {

struct Names {
  void field(std::string_view name, int&, Range range, std::string_view) {
    text += std::string(name) + "<=" + std::to_string(static_cast<int>(range.highest)) + " ";
  }
  void field(std::string_view name, Fruit& fruit, std::string_view) {
    text += std::string(name) + "=" + std::string(enum_name(fruit));
  }
  std::string text;
};

TEST(Describe, AVisitorSeesEachKeyInOrder) {
  Basket basket;
  Names names;
  describe(names, basket);
  EXPECT_EQ(names.text, "count<=10 fruit=pear");
}

TEST(Describe, NamesOfEnums) {
  static_assert(enum_name(Fruit::kApple) == "apple");
  EXPECT_EQ(enum_name(Fruit::kUnnamed), "?");
  EXPECT_LT(Range{}.lowest, -1e308);
  EXPECT_GT(Range{}.highest, 1e308);
}

TEST(Error, FormatsItsMessageAndHasAnExitCode) {
  try {
    throw_error<UsageError>("{}:{}: {}", "run.toml", 3, "wrong");
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "run.toml:3: wrong");
    EXPECT_EQ(error.exit_code(), 2);
  }
  EXPECT_EQ(DataError("x").exit_code(), 1);
  EXPECT_EQ(FileError("x").exit_code(), 1);
}

TEST(Version, HasThreeNumbers) { EXPECT_EQ(std::count(version().begin(), version().end(), '.'), 2); }

}  // namespace
}  // namespace prenorm
