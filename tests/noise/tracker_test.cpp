// Groups, layers and the state of a run.
#include "prenorm/noise/tracker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>

#include "noise/regression_noise.h"
#include "prenorm/base/error.h"
#include "prenorm/base/json.h"
#include "prenorm/noise/part_noise.h"
#include "test_seed.h"

namespace prenorm::noise {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> names_of(const std::vector<PartMean>& parts) {
  std::vector<std::string> names;
  for (const PartMean& part : parts) names.push_back(part.name);
  return names;
}

BatchMoments some_batch(std::uint64_t seed, std::int64_t examples = 4) {
  test::NormalNumbers normal(test::test_seed(seed));
  BatchMoments batch{{}, examples, 10 * examples};
  for (const char* name :
       {"embedding.weight", "encoder.layers.0.self_attention.qkv.weight", "encoder.layers.0.self_attention.norm.weight",
        "encoder.layers.1.feed_forward.down.bias", "encoder.norm.bias", "masked_lm.output_bias"})
    batch.parameters.push_back({name, {normal(), 3 + normal()}});
  return batch;
}

TEST(NoiseGroups, AreTakenFromTheNames) {
  const std::vector<std::pair<const char*, Group>> expected{
      {"encoder.layers.0.self_attention.norm.weight", Group::kNorm},
      {"encoder.layers.0.feed_forward.branch_norm.bias", Group::kNorm},
      {"decoder.norm.weight", Group::kNorm},
      {"embedding_norm.bias", Group::kNorm},
      {"masked_lm.norm.weight", Group::kNorm},
      {"encoder.layers.0.self_attention.qkv.weight", Group::kAttention},
      {"decoder.layers.11.cross_attention.key_value.bias", Group::kAttention},
      {"decoder.layers.1.feed_forward.up.weight", Group::kFeedForward},
      {"embedding.weight", Group::kEmbedding},
      {"source_embedding.weight", Group::kEmbedding},
      {"source_positions.weight", Group::kEmbedding},
      {"positions.weight", Group::kEmbedding},
      {"segments.weight", Group::kEmbedding},
      {"output_projection.weight", Group::kOutput},
      {"classifier.bias", Group::kOutput},
      {"pooler.weight", Group::kOutput},
      {"masked_lm.output_bias", Group::kOutput}};
  for (const auto& [name, group] : expected) EXPECT_EQ(enum_name(group_of(name)), enum_name(group)) << name;
  EXPECT_EQ(layer_part("decoder.layers.11.cross_attention.key_value.bias"), "decoder.layers.11");
  EXPECT_EQ(layer_part("decoder.norm.weight"), "decoder.norm");
  EXPECT_EQ(layer_part("embedding.weight"), "embedding");
}

TEST(NoiseTracker, GroupsAndLayersAddUpToTheWhole) {
  Tracker tracker;
  for (std::uint64_t update = 0; update < 20; ++update) tracker.add(NoiseScale::kAll, some_batch(update), 0.9);
  EXPECT_THAT(names_of(tracker.groups()),
              ElementsAre("norm", "attention", "feed_forward", "embedding", "output", "total"));
  EXPECT_THAT(names_of(tracker.layers()),
              ElementsAre("embedding", "encoder.layers.0", "encoder.layers.1", "encoder.norm", "masked_lm"));
  const Moments total = tracker.groups().back().moments.mean();
  const auto sum = [](auto first, auto last) {
    Moments moments;
    for (; first != last; ++first) moments += first->moments.mean();
    return moments;
  };
  for (const Moments& parts : {sum(tracker.groups().begin(), tracker.groups().end() - 1),
                               sum(tracker.layers().begin(), tracker.layers().end())}) {
    EXPECT_NEAR(parts.gradient_square, total.gradient_square, 1e-10 * std::abs(total.gradient_variance));
    EXPECT_NEAR(parts.gradient_variance, total.gradient_variance, 1e-10 * total.gradient_variance);
  }
  EXPECT_EQ(tracker.target_tokens_per_example(), 10);
}

TEST(NoiseTracker, AnUpdateOfOneExampleOnlyCounts) {
  Tracker tracker, other;
  tracker.add(NoiseScale::kAll, some_batch(1), 0.9);
  other = tracker;
  tracker.add(NoiseScale::kAll, some_batch(2, 1), 0.9);
  BatchMoments wild = some_batch(2);
  for (const double value : {std::numeric_limits<double>::quiet_NaN(), 1e200}) {
    wild.parameters[2].moments.gradient_variance = value;
    tracker.add(NoiseScale::kAll, wild, 0.9);
  }
  EXPECT_EQ(tracker.updates(), 1);
  EXPECT_EQ(tracker.updates_without_estimate(), 3);
  EXPECT_EQ(tracker.groups().back().moments.mean().gradient_square,
            other.groups().back().moments.mean().gradient_square);
  EXPECT_EQ(tracker.examples(), 4);
}

TEST(NoiseTracker, NormsAloneAreNoTotal) {
  Tracker tracker;
  BatchMoments norms = some_batch(1);
  std::erase_if(norms.parameters, [](const NamedMoments& p) { return group_of(p.name) != Group::kNorm; });
  tracker.add(NoiseScale::kNorm, norms, 0.9);
  EXPECT_THAT(names_of(tracker.groups()), ElementsAre("norm"));
  tracker.add(NoiseScale::kAll, some_batch(2), 0.9);
  EXPECT_EQ(tracker.updates(), 1) << "another measurement starts again";
  EXPECT_THROW(tracker.add(NoiseScale::kOff, norms, 0.9), UsageError);
}

TEST(NoiseTracker, ContinuesFromItsState) {
  Tracker tracker;
  EXPECT_TRUE(tracker.empty());
  for (std::uint64_t update = 0; update < 3; ++update) tracker.add(NoiseScale::kAll, some_batch(update), 0.9);
  Tracker read = nlohmann::json::parse(nlohmann::json(tracker).dump()).get<Tracker>();
  for (Tracker* t : {&tracker, &read}) t->add(NoiseScale::kAll, some_batch(9), 0.9);
  EXPECT_EQ(nlohmann::json(read).dump(), nlohmann::json(tracker).dump());
  nlohmann::json bad = tracker;
  bad["groups"][0]["square_weights"] = 2;
  EXPECT_THROW(bad.get<Tracker>(), JsonError);
}

TEST(PartNoise, IsReadAsItWasWritten) {
  const std::vector<PartNoise> parts{{"norm", {12.5, 3, 40.0}, {2, 25}},
                                     {"total", {std::nullopt, 7, std::nullopt}, {-1, 9}}};
  const nlohmann::ordered_json json = to_json(parts, 10);
  EXPECT_EQ(json["norm"]["target_tokens"], 125);
  for (const char* key : {"examples", "high_examples", "target_tokens"})
    EXPECT_TRUE(json["total"][key].is_null()) << key;
  EXPECT_EQ(to_json(parts_from_json(json), 10), json);
  EXPECT_TRUE(parts_from_json(nlohmann::ordered_json(3)).empty());
}

}  // namespace
}  // namespace prenorm::noise
