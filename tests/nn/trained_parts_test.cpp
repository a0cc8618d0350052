// Parameters of which only some train: their places in the buffers, their gradients, and what is refused.
#include "prenorm/nn/trained_parts.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "enum_values.h"
#include "models/text_models.h"
#include "prenorm/base/error.h"
#include "prenorm/models/bert.h"
#include "prenorm/models/causal_lm.h"

namespace prenorm::nn {
namespace {

using prenorm::testing::masked_batch;
using prenorm::testing::random_tensor;
using prenorm::testing::text_model_config;
using ::testing::HasSubstr;

Config training(std::string_view subset, std::int64_t lora_rank = 0, TaskKind task = TaskKind::kMaskedLm) {
  Config config;
  config.task = task;
  config.train.trainable = subset;
  config.train.lora_rank = lora_rank;
  return config;
}

ParameterOptions options_of(const Config& config, at::ScalarType type = at::kDouble) {
  ParameterOptions options(type);
  options.parts = trained_parts(config);
  return options;
}

models::Bert bert_of(const Config& config, const ModelConfig& model = text_model_config(2)) {
  return models::Bert(model, prenorm::testing::kTextVocabulary, {.masked_lm = true}, 1, options_of(config));
}

std::vector<std::string> names(const std::vector<Parameter>& list) {
  std::vector<std::string> result;
  for (const Parameter& p : list) result.push_back(p.name);
  return result;
}

std::string error_of(const Config& config) {
  try {
    bert_of(config);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no error";
}

TEST(TrainedParts, ThoseThatTrainLieFirst) {
  const models::Bert bert = bert_of(training("*layers.1.*.up.*, embedding.weight"));
  const Parameters& p = bert.parameters();
  EXPECT_EQ(names(p.trained()), (std::vector<std::string>{"embedding.weight", "encoder.layers.1.feed_forward.up.weight",
                                                          "encoder.layers.1.feed_forward.up.bias"}));
  EXPECT_EQ(p.trained_count(), 7 * 4 + 4 * 4 + 4);
  EXPECT_EQ(p.gradients().numel(), p.trained_count());
  EXPECT_EQ(p.values().numel(), p.count());
  EXPECT_EQ(p.trained_values().data_ptr(), p.values().data_ptr());
  EXPECT_EQ(p.at("embedding.weight").data_ptr(), p.values().data_ptr());
  for (const Parameter& each : p.list()) {
    EXPECT_EQ(each.value.requires_grad(), each.trains());
    EXPECT_EQ(each.value.grad().defined(), each.trains()) << each.name;
  }
}

TEST(TrainedParts, ChangeNoInitialValue) {
  const models::Bert all = bert_of(training("all")), some = bert_of(training("norm", 2));
  EXPECT_TRUE(all.parameters().all_train());
  EXPECT_EQ(all.parameters().trained_values().data_ptr(), all.parameters().values().data_ptr());
  for (const Parameter& p : all.parameters().list()) EXPECT_TRUE(p.value.equal(some.parameters().at(p.name))) << p.name;
}

TEST(TrainedParts, ReplicasShareTheValuesOfBothKinds) {
  const models::Bert bert = bert_of(training("norm", 2));
  const std::unique_ptr<models::Bert> replica = bert.replica();
  for (const Parameter& p : bert.parameters().list()) {
    const at::Tensor& other = replica->parameters().at(p.name);
    EXPECT_EQ(other.data_ptr(), p.value.data_ptr()) << p.name;
    EXPECT_EQ(other.requires_grad(), p.trains());
  }
  EXPECT_NE(replica->parameters().gradients().data_ptr(), bert.parameters().gradients().data_ptr());
}

// Frozen weights cost no gradient, and those of the others are what they are if everything trains.
TEST(TrainedParts, HaveTheGradientsOfTheWholeModel) {
  const auto gradients = [](const models::Bert& bert) -> const Parameters& {
    {
      const at::NoGradGuard no_grad;  // away from initial values, at which some gradients are zero
      for (const Parameter& p : bert.parameters().list())
        p.value.add_(random_tensor(p.value.sizes(), name_key(p.name)), 0.2);
    }
    bert.masked_lm_loss(bert.states(masked_batch(), {.training = true, .key = 3}), masked_batch(), 0.1)
        .loss_sum.backward();
    return bert.parameters();
  };
  for (const auto placement : prenorm::testing::all_values<NormPlacement>())
    for (const char* subset : {"norm", "head", "bias", "norm_and_head", "embedding.weight", "*layers.1.*",
                               "*norm.weight", "positions.weight, segments.weight", "*qkv.weight"}) {
      SCOPED_TRACE(fmt::format("{} {}", enum_name(placement), subset));
      ModelConfig model = text_model_config(2);
      model.norm_placement = placement;
      const models::Bert all = bert_of(training("all"), model), some = bert_of(training(subset), model);
      const Parameters &whole = gradients(all), &part = gradients(some);
      ASSERT_FALSE(part.trained().empty());
      for (const Parameter& p : part.trained()) EXPECT_TRUE(p.value.grad().equal(whole.at(p.name).grad())) << p.name;
      EXPECT_LT(part.trained_count(), part.count());
    }
}

// The weights that every norm of a model registers are those that a norm of another kind would not have.
TEST(TrainedParts, NormIsEveryNorm) {
  for (const auto placement : prenorm::testing::all_values<NormPlacement>()) {
    ModelConfig with = text_model_config(2);
    with.norm_placement = placement;
    ModelConfig without = with;
    without.norm_affine = false;
    std::vector<std::string> expected;
    const std::vector<std::string> plain = names(bert_of(training("all"), without).parameters().list());
    for (const std::string& name : names(bert_of(training("all"), with).parameters().list()))
      if (std::find(plain.begin(), plain.end(), name) == plain.end()) expected.push_back(name);
    EXPECT_EQ(names(bert_of(training("norm"), with).parameters().trained()), expected) << enum_name(placement);
  }
}

TEST(TrainedParts, AdaptersTrainAloneUnlessMoreIsChosen) {
  const auto trained = [](const Config& config) {
    return names(models::Bert(text_model_config(), 7, {.outputs = config.task == TaskKind::kClassification ? 2 : 0}, 1,
                              options_of(config))
                     .parameters()
                     .trained());
  };
  const std::string qkv = "encoder.layers.0.self_attention.qkv";
  EXPECT_EQ(trained(training("all", 2)), (std::vector<std::string>{qkv + ".lora_a", qkv + ".lora_b"}));
  EXPECT_EQ(trained(training("all", 2, TaskKind::kClassification)),
            (std::vector<std::string>{qkv + ".lora_a", qkv + ".lora_b", "pooler.weight", "pooler.bias",
                                      "classifier.weight", "classifier.bias"}));
  EXPECT_EQ(trained(training("*.up.bias", 2)),
            (std::vector<std::string>{qkv + ".lora_a", qkv + ".lora_b", "encoder.layers.0.feed_forward.up.bias"}));
}

TEST(TrainedParts, AnAdapterBeginsAsNothing) {
  const models::Bert bert = bert_of(training("all", 3)), plain = bert_of(training("all"));
  const at::Tensor a = bert.parameters().at("encoder.layers.0.self_attention.qkv.lora_a"),
                   b = bert.parameters().at("encoder.layers.0.self_attention.qkv.lora_b");
  EXPECT_EQ(a.sizes(), (std::vector<std::int64_t>{3, 4}));
  EXPECT_EQ(b.sizes(), (std::vector<std::int64_t>{12, 3}));
  EXPECT_GT(a.abs().min().item<double>(), 0);
  EXPECT_EQ(b.abs().max().item<double>(), 0);
  EXPECT_TRUE(bert.states(masked_batch(), {}).equal(plain.states(masked_batch(), {})));
}

TEST(TrainedParts, APatternMustMatch) {
  EXPECT_THAT(error_of(training("encoder.layer.0.*.up.weight")),
              AllOf(HasSubstr("train.trainable"), HasSubstr("encoder.layer.0.*.up.weight"),
                    HasSubstr("encoder.layers.0.feed_forward.up.weight")));
  EXPECT_THAT(error_of(training("norm, *.omega")), HasSubstr("*.omega"));
  Config config = training("all", 2);
  config.train.lora_targets = "embedding.weight";
  EXPECT_THAT(error_of(config), AllOf(HasSubstr("train.lora_targets"), HasSubstr("no matrix that matches")));
  config = training("all", 5);
  EXPECT_THAT(error_of(config), HasSubstr("an adapter's rank is at most 4"));
  ModelConfig model = text_model_config();
  model.norm_affine = false;
  EXPECT_THROW(bert_of(training("norm"), model), UsageError);
  EXPECT_THROW(models::CausalLm(text_model_config(), 7, 1, options_of(training("head"))), UsageError);  // tied
}

}  // namespace
}  // namespace prenorm::nn
