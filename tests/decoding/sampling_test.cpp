// What is cut off a distribution, against a plain reading of each definition, and what is drawn from it.
#include "prenorm/decoding/sampling.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "prenorm/base/error.h"
#include "test_seed.h"

namespace prenorm::decoding {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;
using Vector = std::vector<double>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Vector random_logits(std::size_t count, std::uint64_t seed) {
  RandomStream random(seed);
  Vector logits;
  for (std::size_t i = 0; i < count; ++i) logits.push_back(8 * random.uniform() - 4);
  return logits;
}

// By the definitions, each filter a softmax of its own over the logits that are left, as Hugging Face has them.
Vector softmax(const Vector& logits) {
  const double best = *std::max_element(logits.begin(), logits.end());
  Vector p;
  for (const double x : logits) p.push_back(std::exp(x - best));
  const double sum = std::accumulate(p.begin(), p.end(), 0.0);
  for (double& x : p) x /= sum;
  return p;
}
std::vector<std::size_t> ranking(const Vector& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return values[a] > values[b]; });
  return order;
}
Vector reference(Vector logits, const SamplingOptions& options) {
  for (double& x : logits) x /= options.temperature;
  const auto order = ranking(logits);
  if (options.top_k > 0)
    for (std::size_t i = static_cast<std::size_t>(options.top_k); i < order.size(); ++i) logits[order[i]] = -kInfinity;
  double before = 0;
  const Vector for_p = softmax(logits);
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i > 0 && before >= options.top_p) logits[order[i]] = -kInfinity;
    before += for_p[order[i]];
  }
  const Vector for_min = softmax(logits);
  for (std::size_t i = 0; i < order.size(); ++i)
    if (for_min[i] < options.min_p * for_min[order[0]]) logits[i] = -kInfinity;
  return softmax(logits);
}

Vector dense(const std::vector<TokenProbability>& tokens, std::size_t vocabulary) {
  Vector p(vocabulary, 0.0);
  for (const TokenProbability& token : tokens) p.at(static_cast<std::size_t>(token.id)) += token.probability;
  return p;
}
std::vector<std::int64_t> ids_of(const Vector& logits, const SamplingOptions& options) {
  std::vector<std::int64_t> ids;
  for (const TokenProbability& token : sampling_distribution(logits, options)) ids.push_back(token.id);
  return ids;
}

TEST(SamplingDistribution, IsThatOfTheDefinitionsForAllOptionsTogether) {
  const Vector logits = random_logits(50, 7);
  for (const double temperature : {0.3, 1.0, 2.5})
    for (const std::int64_t top_k : {0, 1, 7, 50, 51, 1'000'000'000})
      for (const double top_p : {1e-300, 0.1, 0.5, 0.9, 0.9999, 1.0})
        for (const double min_p : {0.0, 0.01, 0.2, 1.0}) {
          const SamplingOptions options{temperature, top_k, top_p, min_p};
          const Vector expected = reference(logits, options), p = dense(sampling_distribution(logits, options), 50);
          for (std::size_t i = 0; i < 50; ++i) {
            EXPECT_NEAR(p[i], expected[i], 1e-14) << i << fmt::format(" {} {} {} {}", temperature, top_k, top_p, min_p);
            EXPECT_EQ(p[i] == 0, expected[i] == 0) << i;
          }
        }
}

TEST(SamplingDistribution, OfEquallyLikelyTokensTheLowerIdsStay) {
  const Vector logits{0, 2, 1, 2, 2, 1};
  EXPECT_THAT(ids_of(logits, {.top_k = 2}), ElementsAre(1, 3));
  EXPECT_THAT(ids_of(logits, {.top_k = 4}), ElementsAre(1, 3, 4, 2));
  EXPECT_THAT(ids_of(Vector(5, 0.5), {.top_p = 0.6}), ElementsAre(0, 1, 2));
  EXPECT_THAT(ids_of(logits, {.min_p = 1}), ElementsAre(1, 3, 4)) << "as likely as the likeliest";
  EXPECT_THAT(ids_of(logits, {.temperature = 0}), ElementsAre(1));
}

TEST(SamplingDistribution, AtLeastTheLikeliestStays) {
  const Vector logits{1, 3, 2};
  for (const SamplingOptions& options :
       {SamplingOptions{.top_p = 0}, SamplingOptions{.top_p = 1e-320}, SamplingOptions{.temperature = 1e-320},
        SamplingOptions{.min_p = 1}, SamplingOptions{.temperature = 0, .top_k = 3, .top_p = 0, .min_p = 1}}) {
    const auto tokens = sampling_distribution(logits, options);
    ASSERT_EQ(tokens.size(), 1U);
    EXPECT_EQ(tokens[0].id, 1);
    EXPECT_EQ(tokens[0].probability, 1);
  }
}

TEST(SamplingDistribution, HugeLogitsAndTokensThatCannotCome) {
  const auto tokens = sampling_distribution(Vector{-kInfinity, 1e300, 1e300, -1e300}, {});
  ASSERT_EQ(tokens.size(), 2U);
  EXPECT_EQ(tokens[0].probability, 0.5);
  EXPECT_THAT(ids_of({-kInfinity, 0, -1}, {.top_k = 3}), ElementsAre(1, 2));
}

TEST(SamplingDistribution, LogitsThatAreNoNumbers) {
  RandomStream random(1);
  for (const double temperature : {0.0, 1.0}) {
    const SamplingOptions options{.temperature = temperature};
    for (const double bad : {kNan, kInfinity})
      EXPECT_THAT(
          [&] {
            sample(Vector{0, 1, bad}, options, random);
          },
          ThrowsMessage<NumericsError>(HasSubstr("the logit of token 2 is")));
    EXPECT_THAT([&] { sample(Vector(3, -kInfinity), options, random); },
                ThrowsMessage<NumericsError>(HasSubstr("all 3 logits are -inf")));
    EXPECT_THROW(sample({}, options, random), NumericsError);
  }
}

// Pearson's chi-square over the tokens that are left has k - 1 degrees of freedom. The sum over 20 streams has mean
// 20 (k - 1) and variance 40 (k - 1), and is near enough to normal that chance does not take it 5 deviations away.
TEST(Sample, FrequenciesAreTheProbabilities) {
  constexpr int kStreams = 20, kDraws = 5000;
  const Vector logits = random_logits(12, 3);
  for (const SamplingOptions& options :
       {SamplingOptions{}, SamplingOptions{.temperature = 0.7, .top_k = 9}, SamplingOptions{.top_p = 0.9},
        SamplingOptions{.temperature = 2, .top_k = 10, .top_p = 0.95, .min_p = 0.05}}) {
    const auto tokens = sampling_distribution(logits, options);
    ASSERT_GT(tokens.size(), 3U);
    double chi_square = 0;
    for (std::uint64_t stream = 0; stream < kStreams; ++stream) {
      RandomStream random(mix_key({test::test_seed(stream)}));
      std::map<std::int64_t, int> counts;
      for (int i = 0; i < kDraws; ++i) ++counts[sample(logits, options, random)];
      int drawn = 0;
      for (const TokenProbability& token : tokens) {
        const double expected = kDraws * token.probability;
        chi_square += std::pow(counts[token.id] - expected, 2) / expected;
        drawn += counts[token.id];
      }
      EXPECT_EQ(drawn, kDraws) << "nothing else is drawn";
    }
    const double freedom = kStreams * (static_cast<double>(tokens.size()) - 1);
    EXPECT_NEAR(chi_square, freedom, 5 * std::sqrt(2 * freedom)) << "too far away, or too near";
  }
}

TEST(Sample, TheSameStreamGivesTheSameTokens) {
  const Vector logits = random_logits(40, 9);
  RandomStream one(test::test_seed(4)), same(test::test_seed(4)), other(test::test_seed(5));
  int differences = 0;
  for (int i = 0; i < 200; ++i) {
    const std::int64_t token = sample(logits, {}, one);
    EXPECT_EQ(token, sample(logits, {}, same));
    differences += token != sample(logits, {}, other) ? 1 : 0;
  }
  EXPECT_GT(differences, 100);
}

TEST(Sample, GreedyUsesNoRandomNumber) {
  RandomStream random(4), untouched(4);
  EXPECT_EQ(sample(Vector{0, 2, 2}, {.temperature = 0}, random), 1);
  EXPECT_EQ(random.next(), untouched.next());
}

TEST(SamplingOptions, OutsideTheirRangeAreNamed) {
  const std::pair<SamplingOptions, std::string> bad[] = {{{.temperature = -1}, "temperature = -1"},
                                                         {{.temperature = kNan}, "temperature = nan"},
                                                         {{.temperature = kInfinity}, "temperature = inf"},
                                                         {{.top_k = -1}, "top_k = -1"},
                                                         {{.top_p = 1.5}, "top_p = 1.5"},
                                                         {{.top_p = kNan}, "top_p = nan"},
                                                         {{.min_p = -0.1}, "min_p = -0.1"},
                                                         {{.min_p = kNan}, "min_p = nan"}};
  for (const auto& [options, what] : bad)
    EXPECT_THAT([&options = options] { check_sampling(options); }, ThrowsMessage<UsageError>(HasSubstr(what)));
  EXPECT_NO_THROW(check_sampling({.temperature = 0, .top_k = 0, .top_p = 0, .min_p = 1}));
}

}  // namespace
}  // namespace prenorm::decoding
