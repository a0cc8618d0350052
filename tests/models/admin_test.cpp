// Admin's scales after the measuring pass: their formula and their purpose.
#include "prenorm/models/admin.h"

#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "prenorm/base/error.h"
#include "prenorm/base/random.h"
#include "prenorm/models/translator.h"
#include "test_seed.h"

namespace prenorm::models {
namespace {

ModelConfig config_of(std::int64_t layers) {
  ModelConfig config;
  config.norm_placement = NormPlacement::kAdmin;
  config.encoder_layers = config.decoder_layers = layers;
  config.d_model = 32;
  config.d_ff = 64;
  config.num_heads = 4;
  return config;
}

// Sentences of 9 random tokens out of 50.
batches::Batch random_batch(std::uint64_t seed) {
  RandomStream random(mix_key({test::test_seed(seed)}));
  batches::Batch batch;
  for (int sentence = 0; sentence < 12; ++sentence) {
    for (int token = 0; token < 9; ++token)
      for (auto* ids : {&batch.source.ids, &batch.target_input.ids, &batch.target_output})
        ids->push_back(static_cast<std::int64_t>(random.below(50)));
    batch.source.end_sequence();
    batch.target_input.end_sequence();
    batch.pair_indices.push_back(sentence);
  }
  return batch;
}

void set_scales(const Translator& model, const batches::Batch& batch) {
  set_admin_scales(model.parameters(), [&](const nn::Context& context) { model.logits(batch, context); });
}

std::map<std::string, at::Tensor> points_of(const Translator& model, const batches::Batch& batch) {
  const at::NoGradGuard no_grad;
  std::map<std::string, at::Tensor> points;
  const nn::Observer observer = [&](std::string_view point, const at::Tensor& value) { points.emplace(point, value); };
  model.loss(batch, 0, {.observer = &observer});
  return points;
}

double mean_square_about_mean(const at::Tensor& x) {
  double sum = 0, squares = 0;
  const at::Tensor values = x.to(at::kDouble).contiguous();
  const auto* v = values.data_ptr<double>();
  for (std::int64_t i = 0; i < values.numel(); ++i) sum += v[i];
  const auto count = static_cast<double>(values.numel());
  for (std::int64_t i = 0; i < values.numel(); ++i) squares += std::pow(v[i] - sum / count, 2);
  return squares / count;
}

std::vector<std::string> sublayers(const std::string& stack, std::int64_t layers) {
  std::vector<std::string> scopes;
  for (std::int64_t i = 0; i < layers; ++i)
    for (const std::string module : {"self_attention", "cross_attention", "feed_forward"})
      if (stack == "decoder" || module != "cross_attention")
        scopes.push_back(stack + ".layers." + std::to_string(i) + "." + module);
  return scopes;
}

TEST(Admin, ScalesAreTheirFormulaOnTheMeasuredBatch) {
  const std::int64_t layers = 3;
  Translator model(config_of(layers), 50, 50, test::test_seed(1));
  const batches::Batch batch = random_batch(1);
  const auto measured = points_of(model, batch);  // while every scale is 1
  set_scales(model, batch);
  for (const std::string stack : {"encoder", "decoder"}) {
    double sum = 1;
    for (const std::string& scope : sublayers(stack, layers)) {
      const at::Tensor& omega = model.parameters().at(scope + ".omega");
      EXPECT_TRUE(omega.eq(omega[0]).all().item<bool>()) << scope;
      EXPECT_NEAR(omega[0].item<double>(), std::sqrt(sum), 1e-6 * std::sqrt(sum)) << scope;
      sum += mean_square_about_mean(measured.at(scope + ".branch"));
    }
    EXPECT_EQ(model.parameters().at(stack + ".layers.0.self_attention.omega")[0].item<double>(), 1);
    EXPECT_GT(sum, 1.5) << "something was measured";
  }
}

// The purpose of admin: under Post-LN a branch is about as large as the stream; under admin, later branches are smaller
// relative to it.
TEST(Admin, LaterBranchesWeighLess) {
  const std::int64_t layers = 6;
  Translator model(config_of(layers), 50, 50, test::test_seed(1));
  const batches::Batch batch = random_batch(1);
  const auto share = [](const std::map<std::string, at::Tensor>& points, const std::string& scope) {
    const double branch = mean_square_about_mean(points.at(scope + ".branch"));
    return branch / mean_square_about_mean(points.at(scope + ".norm_input") - points.at(scope + ".branch"));
  };
  const auto before = points_of(model, batch);
  set_scales(model, batch);
  const auto after = points_of(model, batch);
  for (const std::string stack : {"encoder", "decoder"}) {
    const std::vector<std::string> scopes = sublayers(stack, layers);
    double sum = 0;
    for (const std::string& scope : scopes) sum += mean_square_about_mean(after.at(scope + ".branch"));
    const double last = share(after, scopes.back()),
                 expected = mean_square_about_mean(after.at(scopes.back() + ".branch"));
    EXPECT_LT(last, 0.4 * share(before, scopes.back())) << stack;
    EXPECT_NEAR(last * (1 + sum - expected) / expected, 1, 0.35) << "the stream's variance is what the branches added";
  }
}

TEST(Admin, FollowsFromSeedAndBatchAndRepeats) {
  Translator once(config_of(2), 50, 50, test::test_seed(1)), twice(config_of(2), 50, 50, test::test_seed(1)),
      other(config_of(2), 50, 50, test::test_seed(1));
  set_scales(once, random_batch(1));
  set_scales(twice, random_batch(2));
  set_scales(twice, random_batch(1));
  set_scales(other, random_batch(2));
  EXPECT_TRUE(once.parameters().values().equal(twice.parameters().values()));
  EXPECT_FALSE(once.parameters().values().equal(other.parameters().values()));
}

TEST(Admin, ReplicasSeeTheScales) {
  Translator model(config_of(2), 50, 50, test::test_seed(1));
  const auto replica = model.replica();
  set_scales(model, random_batch(1));
  const std::string last = "decoder.layers.1.feed_forward.omega";
  EXPECT_GT(model.parameters().at(last)[0].item<double>(), 1.1);
  EXPECT_TRUE(replica->parameters().at(last).equal(model.parameters().at(last)));
}

TEST(Admin, RefusesAModelWithoutScales) {
  ModelConfig config = config_of(1);
  config.norm_placement = NormPlacement::kPostLn;
  Translator model(config, 50, 50, test::test_seed(1));
  EXPECT_THROW(set_scales(model, random_batch(1)), Error);
}

}  // namespace
}  // namespace prenorm::models
