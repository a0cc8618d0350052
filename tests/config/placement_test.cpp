// Traits of placements, and which stacks a configuration has.
#include "prenorm/config/placement.h"

#include <gtest/gtest.h>

#include "enum_values.h"
#include "prenorm/config/config.h"

namespace prenorm {
namespace {

using prenorm::testing::all_values;

// The compiler forces a case for each enumerator in traits_of(), but no name, and other tests list placements by name.
TEST(Placements, HaveNames) {
  int placements = 0;
  for (int value = 0; value < 256; ++value) {
    const auto placement = static_cast<NormPlacement>(value);
    try {
      traits_of(placement);
    } catch (const Error&) {
      continue;  // not an enumerator
    }
    ++placements;
    EXPECT_NE(enum_name(placement), "?") << "enumerator " << value << " is missing in EnumNames<NormPlacement>";
  }
  EXPECT_EQ(placements, std::ssize(EnumNames<NormPlacement>::values));
}

// Every placement but none normalises somewhere, or a stack of any depth would have no scale.
TEST(PlacementTraits, EveryPlacementHasANormAndATheoryItCanHave) {
  for (const NormPlacement placement : all_values<NormPlacement>()) {
    SCOPED_TRACE(enum_name(placement));
    const PlacementTraits traits = traits_of(placement);
    EXPECT_EQ(traits.norm_before || traits.norm_branch || traits.norm_after, placement != NormPlacement::kNone);
    EXPECT_FALSE(traits.norm_after && traits.final_norm) << "the last layer's norm is the final one";
    // The closed forms are for a stream without a scale.
    EXPECT_TRUE(traits.stream_scale == StreamScale::kOne || traits.theory == Theory::kNone);
  }
}

TEST(PlacementTraits, AreThoseOfTheFormulas) {
  const PlacementTraits post = traits_of(NormPlacement::kPostLn), pre = traits_of(NormPlacement::kPreLn),
                        no_final = traits_of(NormPlacement::kPreLnNoFinal);
  EXPECT_TRUE(post.needs_warmup());
  EXPECT_FALSE(pre.needs_warmup());
  EXPECT_TRUE(no_final.ends_without_norm());
  EXPECT_FALSE(pre.ends_without_norm());
  EXPECT_FALSE(post.ends_without_norm());
  EXPECT_TRUE(no_final.predicts(Theory::kGradients));
  EXPECT_FALSE(no_final.predicts(Theory::kTheorem1));
  EXPECT_TRUE(traits_of(NormPlacement::kSandwichLn).norm_branch);
  EXPECT_EQ(traits_of(NormPlacement::kDeepnorm).stream_scale, StreamScale::kDepth);
  EXPECT_EQ(traits_of(NormPlacement::kAdmin).stream_scale, StreamScale::kLearned);
  EXPECT_THROW(traits_of(static_cast<NormPlacement>(200)), Error);
}

// The closed forms are for plain attention and shortcuts with weight 1.
TEST(PlacementTraits, OfAModelHaveTheTheoryOfPlainBranchesOnly) {
  ModelConfig model;
  EXPECT_EQ(traits_of(model).theory, Theory::kTheorem1);
  for (double ModelConfig::*const weight : {&ModelConfig::attention_skip, &ModelConfig::attention_gain,
                                            &ModelConfig::feed_forward_skip, &ModelConfig::feed_forward_gain}) {
    ModelConfig weighed = model;
    weighed.*weight = 0.5;
    EXPECT_EQ(traits_of(weighed).theory, Theory::kNone);
    EXPECT_TRUE(traits_of(weighed).final_norm);
  }
  for (const AttentionShaping attention : all_values<AttentionShaping>()) {
    model.attention = attention;
    EXPECT_EQ(traits_of(model).predicts(Theory::kTheorem1), attention == AttentionShaping::kPlain);
  }
}

TEST(Stacks, OfTasks) {
  Config config;
  config.model.encoder_layers = 4;
  config.model.decoder_layers = 7;
  const auto expect = [&](TaskKind task, std::int64_t encoders, std::int64_t decoders, Stack output) {
    config.task = task;
    const ModelConfig model = model_of_task(config);
    EXPECT_EQ(model.encoder_layers, encoders);
    EXPECT_EQ(model.decoder_layers, decoders);
    EXPECT_EQ(output_stack(model), output);
    EXPECT_EQ(output_layers(model), output == Stack::kEncoder ? encoders : decoders);
  };
  expect(TaskKind::kTranslation, 4, 7, Stack::kDecoder);
  expect(TaskKind::kCausalLm, 0, 7, Stack::kDecoder);
  expect(TaskKind::kMaskedLm, 4, 0, Stack::kEncoder);
  expect(TaskKind::kClassification, 4, 0, Stack::kEncoder);
}

// One placement in a whole model, until there is a mixture.
TEST(PlacementOf, IsTheModelsEverywhere) {
  for (const NormPlacement placement : all_values<NormPlacement>())
    for (const Sublayer sublayer : all_values<Sublayer>()) {
      ModelConfig model;
      model.norm_placement = placement;
      EXPECT_EQ(placement_of(model, {{Stack::kDecoder, 5}, sublayer}), placement);
    }
}

}  // namespace
}  // namespace prenorm
