// Lists of words and patterns of parameter names.
#include "prenorm/config/name_patterns.h"

#include <gtest/gtest.h>

#include "prenorm/base/error.h"
#include "prenorm/config/config.h"
#include "prenorm/config/validate.h"

namespace prenorm::config {
namespace {

bool trains(std::string_view list, std::string_view name) { return any_matches(trainable_patterns(list), name); }

TEST(NamePatterns, WordsStandForPatterns) {
  EXPECT_TRUE(trains("all", "anything"));
  for (const std::string_view list : {"norm", "norm_and_head"}) {
    EXPECT_TRUE(trains(list, "encoder.layers.0.self_attention.norm.weight"));
    EXPECT_TRUE(trains(list, "encoder.layers.11.feed_forward.branch_norm.bias"));
    EXPECT_TRUE(trains(list, "embedding_norm.bias"));
    EXPECT_FALSE(trains(list, "encoder.layers.0.self_attention.qkv.weight"));
    EXPECT_FALSE(trains(list, "embedding.weight"));
  }
  for (const std::string_view list : {"head", "norm_and_head"}) {
    EXPECT_TRUE(trains(list, "classifier.weight"));
    EXPECT_TRUE(trains(list, "pooler.bias"));
    EXPECT_TRUE(trains(list, "masked_lm.transform.weight"));
    EXPECT_TRUE(trains(list, "output_projection.weight"));
  }
  EXPECT_FALSE(trains("norm", "classifier.weight"));
  EXPECT_FALSE(trains("head", "encoder.norm.weight"));
  EXPECT_TRUE(trains("bias", "encoder.norm.bias"));
  EXPECT_TRUE(trains("bias", "masked_lm.output_bias"));
  EXPECT_FALSE(trains("bias", "encoder.norm.weight"));
}

TEST(NamePatterns, AreListedWithCommas) {
  const NamePatterns patterns = trainable_patterns(" norm, encoder.layers.?.*.up.weight ,decoder.layers.[02].*");
  ASSERT_EQ(patterns.size(), 3U);
  EXPECT_EQ(patterns[1].given, "encoder.layers.?.*.up.weight");
  EXPECT_TRUE(patterns[1].matches("encoder.layers.1.feed_forward.up.weight"));
  EXPECT_FALSE(patterns[1].matches("encoder.layers.10.feed_forward.up.weight"));
  EXPECT_TRUE(patterns[2].matches("decoder.layers.2.self_attention.out.bias"));
  EXPECT_FALSE(patterns[2].matches("decoder.layers.1.self_attention.out.bias"));
  EXPECT_TRUE(chooses_all("norm, all"));
  EXPECT_FALSE(chooses_all("norm"));
}

TEST(NamePatterns, OfAdaptersChooseTheMatricesOfAttention) {
  const NamePatterns patterns = lora_target_patterns("qkv");
  for (const char* name :
       {"encoder.layers.0.self_attention.qkv.weight", "decoder.layers.0.cross_attention.query.weight",
        "decoder.layers.0.cross_attention.key_value.weight"})
    EXPECT_TRUE(any_matches(patterns, name)) << name;
  EXPECT_FALSE(any_matches(patterns, "encoder.layers.0.self_attention.out.weight"));
  EXPECT_FALSE(any_matches(patterns, "encoder.layers.0.self_attention.qkv.bias"));
}

TEST(NamePatterns, ValidationRefusesEmptyElements) {
  for (const std::string_view list : {"", "norm,", ",norm", "norm, ,bias"}) {
    EXPECT_FALSE(is_pattern_list(list)) << list;
    Config config;
    config.data.train_source = config.data.train_target = "text";
    EXPECT_NO_THROW(validate(config));
    config.train.trainable = list;
    EXPECT_THROW(validate(config), UsageError);
  }
}

}  // namespace
}  // namespace prenorm::config
