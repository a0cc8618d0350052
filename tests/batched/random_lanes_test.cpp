#include "prenorm/batched/random_lanes.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "test_seed.h"

namespace prenorm::batched {
namespace {

enum class Law { kUniform, kNormal };

// count numbers of each of `problems` problems, drawn `lanes` at a time: [problems, count].
template <class T>
std::vector<T> draw(Law law, std::int64_t problems, std::int64_t count, std::int64_t lanes, std::uint64_t seed) {
  std::vector<T> all(static_cast<std::size_t>(problems * count));
  std::vector<T> block(static_cast<std::size_t>(count * lanes));
  for (std::int64_t first = 0; first < problems; first += lanes) {
    const ProblemBlock<T> at{first, std::min(lanes, problems - first), lanes, block.data()};
    RandomLanes<T> random(prenorm::test::test_seed(seed), at);
    if (law == Law::kUniform)
      random.uniform(block.data(), count, 0, 1);
    else
      random.normal(block.data(), count);
    for (std::int64_t l = 0; l < at.count; ++l)
      for (std::int64_t i = 0; i < count; ++i) all[static_cast<std::size_t>((first + l) * count + i)] = at.at(i, l);
  }
  return all;
}

TEST(RandomLanes, DoNotDependOnTheBlock) {
  for (const Law law : {Law::kUniform, Law::kNormal})
    EXPECT_EQ(draw<float>(law, 40, 9, 4, 1), draw<float>(law, 40, 9, 16, 1));
}

TEST(RandomLanes, AreTheSameNumbersInDouble) {
  const std::vector<float> single = draw<float>(Law::kNormal, 40, 9, 8, 2);
  const std::vector<double> twice = draw<double>(Law::kNormal, 40, 9, 8, 2);
  for (std::size_t i = 0; i < single.size(); ++i) EXPECT_NEAR(twice[i], static_cast<double>(single[i]), 1e-6);
}

// Moments of n numbers spread as 1/sqrt(n); five standard deviations.
TEST(RandomLanes, HaveTheMomentsOfTheirLaw) {
  constexpr std::int64_t kProblems = 4000, kCount = 100;
  const double n = kProblems * kCount;
  const auto moment = [&](const std::vector<float>& x, int power) {
    double sum = 0;
    for (const float value : x) sum += std::pow(static_cast<double>(value), power);
    return sum / n;
  };
  const std::vector<float> u = draw<float>(Law::kUniform, kProblems, kCount, 16, 3);
  for (int power = 1; power <= 4; ++power)
    EXPECT_NEAR(moment(u, power), 1.0 / (power + 1), 5 * std::sqrt((1.0 / (2 * power + 1)) / n)) << power;
  const std::vector<float> z = draw<float>(Law::kNormal, kProblems, kCount, 16, 4);
  const double expected[] = {0, 1, 0, 3, 0, 15}, squares[] = {1, 3, 15, 105, 945, 10395};
  for (int power = 1; power <= 6; ++power)
    EXPECT_NEAR(moment(z, power), expected[power - 1], 5 * std::sqrt(squares[power - 1] / n)) << power;
}

// Neighbouring elements, and neighbouring problems, are uncorrelated.
TEST(RandomLanes, AreIndependent) {
  constexpr std::int64_t kProblems = 4000, kCount = 100;
  const std::vector<float> z = draw<float>(Law::kNormal, kProblems, kCount, 16, 5);
  for (const std::size_t lag : {1, 2, 100, 101, 200, 1600}) {
    double sum = 0;
    for (std::size_t i = lag; i < z.size(); ++i) sum += static_cast<double>(z[i]) * static_cast<double>(z[i - lag]);
    EXPECT_NEAR(sum / static_cast<double>(z.size()), 0, 5 / std::sqrt(static_cast<double>(z.size()))) << lag;
  }
}

}  // namespace
}  // namespace prenorm::batched
