#include "prenorm/base/text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include "prenorm/base/random.h"

namespace prenorm {
namespace {

// The recursive definition of optimal string alignment.
std::size_t reference_distance(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return a.size() + b.size();
  const auto cut = [](std::string_view s, std::size_t n) { return s.substr(0, s.size() - n); };
  std::size_t best = std::min({reference_distance(cut(a, 1), b) + 1, reference_distance(a, cut(b, 1)) + 1,
                               reference_distance(cut(a, 1), cut(b, 1)) + (a.back() == b.back() ? 0 : 1)});
  if (a.size() > 1 && b.size() > 1 && a.back() == b[b.size() - 2] && b.back() == a[a.size() - 2])
    best = std::min(best, reference_distance(cut(a, 2), cut(b, 2)) + 1);
  return best;
}

TEST(EditDistance, KnownValues) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("d_modle", "d_model"), 1U);
  EXPECT_EQ(edit_distance("ca", "abc"), 3U);
}

TEST(EditDistance, EqualsItsDefinitionOnRandomWords) {
  RandomStream random(3);
  const auto word = [&] {
    std::string text(random.below(6), 'a');
    for (char& c : text) c = static_cast<char>('a' + random.below(3));
    return text;
  };
  for (int i = 0; i < 500; ++i) {
    const std::string a = word(), b = word();
    EXPECT_EQ(edit_distance(a, b), reference_distance(a, b)) << a << " " << b;
    EXPECT_EQ(edit_distance(a, b), edit_distance(b, a)) << a << " " << b;
  }
}

TEST(DidYouMean, NothingWhenNothingIsNear) {
  const std::vector<std::string> known = {"model.d_model", "optim.lr", "data.train_source"};
  EXPECT_EQ(did_you_mean("", known), "");
  EXPECT_EQ(did_you_mean("zzz", known), "");
  EXPECT_EQ(did_you_mean(std::string(1 << 20, 'm'), known), "");
  EXPECT_EQ(did_you_mean("optim.rl", known), " (did you mean 'optim.lr'?)");
  EXPECT_EQ(did_you_mean("train.train_source", known), " (did you mean 'data.train_source'?)");
}

// Were the section's letters counted, four wrong ones of six would be few.
TEST(DidYouMean, ASectionInCommonIsNoLikeness) {
  const std::vector<std::string> known = {"model.norm", "schedule.warmup_steps"};
  EXPECT_EQ(did_you_mean("model.warmup", known), " (did you mean 'schedule.warmup_steps'?)");
  EXPECT_EQ(did_you_mean("model.nrom", known), " (did you mean 'model.norm'?)");
  EXPECT_EQ(did_you_mean("model.xyzw", known), "");
}

TEST(FloatText, IsATomlFloat) {
  EXPECT_EQ(float_text(1), "1.0");
  EXPECT_EQ(float_text(0.1), "0.1");
  EXPECT_EQ(float_text(-0.0), "-0.0");
  EXPECT_EQ(float_text(1e-9), "1e-9");
  EXPECT_EQ(float_text(1.5e-10), "1.5e-10");
  EXPECT_EQ(float_text(1e100), "1e100");
  EXPECT_EQ(float_text(std::numeric_limits<double>::infinity()), "inf");
  EXPECT_EQ(float_text(std::nan("")), "nan");
}

TEST(FloatText, ReadsBackExactly) {
  RandomStream random(4);
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t bits = random.next();
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    if (!std::isfinite(value)) continue;
    EXPECT_EQ(std::strtod(float_text(value).c_str(), nullptr), value);
  }
}

TEST(BoundText, IsShort) {
  EXPECT_EQ(bound_text(0), "0");
  EXPECT_EQ(bound_text(-1), "-1");
  EXPECT_EQ(bound_text(0.99), "0.99");
  EXPECT_EQ(bound_text(65536), "65536");
  EXPECT_EQ(bound_text(1000), "1000");
  EXPECT_EQ(bound_text(1e6), "1e6");
  EXPECT_EQ(bound_text(9e15), "9e15");
  EXPECT_EQ(bound_text(1e300), "1e300");
}

TEST(Quote, EscapesAndCuts) {
  EXPECT_EQ(quote("a\"b\\c\n\t\x01"), R"("a\"b\\c\n\t\u0001")");
  EXPECT_EQ(quote("€"), "\"€\"");
  EXPECT_EQ(quote_short(std::string(60, 'x')), "\"" + std::string(60, 'x') + "\"");
  EXPECT_EQ(quote_short(std::string(59, 'x') + "€uro"), "\"" + std::string(59, 'x') + "...\"")
      << "not inside a character";
}

}  // namespace
}  // namespace prenorm
