// The whole model against PyTorch's, and the laws of packed batches.
#include "prenorm/models/translator.h"

#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include "enum_values.h"
#include "finite_differences.h"
#include "golden_file.h"
#include "prenorm/base/error.h"
#include "random_tensor.h"
#include "test_seed.h"

namespace prenorm::models {
namespace {

using prenorm::testing::finite_differences;
using prenorm::testing::golden;
using prenorm::testing::integers;
using prenorm::testing::norm_cases;
using prenorm::testing::random_tensor;
using prenorm::testing::relative_difference;

ModelConfig small_config(NormPlacement placement) {
  ModelConfig config;
  config.encoder_layers = 2;
  config.decoder_layers = 3;
  config.d_model = 16;
  config.num_heads = 4;
  config.d_ff = 24;
  config.dropout = 0;
  config.norm_placement = placement;
  return config;
}

batches::Batch batch_of(const io::TensorFile& file) {
  batches::Batch batch;
  batch.source.ids = integers(file.at("source_ids"));
  batch.source.offsets = integers(file.at("source_offsets"));
  batch.target_input.ids = integers(file.at("target_input_ids"));
  batch.target_input.offsets = integers(file.at("target_offsets"));
  batch.target_output = integers(file.at("target_output_ids"));
  return batch;
}

void load(nn::Parameters& parameters, const io::TensorFile& file) {
  const at::NoGradGuard no_grad;
  for (const nn::Parameter& p : parameters.list()) p.value.copy_(file.at(p.name));
}

struct Case {
  std::string file;
  ModelConfig config;
};
std::vector<Case> cases() {
  ModelConfig untied = small_config(NormPlacement::kPreLn);
  untied.tied_embeddings = TiedEmbeddings::kNone;
  untied.positions = Positions::kLearned;
  untied.max_positions = 12;
  untied.activation = Activation::kGelu;
  return {{"translator_post", small_config(NormPlacement::kPostLn)},
          {"translator_pre", small_config(NormPlacement::kPreLn)},
          {"translator_pre_untied_learned_gelu", untied}};
}

TEST(TranslatorOracle, LogitsLossAndGradientsEqualPyTorch) {
  for (const Case& c : cases())
    for (const at::ScalarType dtype : {at::kFloat, at::kDouble}) {
      SCOPED_TRACE(c.file);
      const double tolerance = dtype == at::kDouble ? 1e-11 : 1e-5;
      const io::TensorFile file = golden(c.file);
      Translator model(c.config, 23, 23, 1, dtype);
      load(model.parameters(), file);
      const batches::Batch batch = batch_of(file);
      EXPECT_LT(relative_difference(model.logits(batch, {}), file.at("logits")), tolerance);
      const auto sums = model.loss(batch, 0.1, {});
      EXPECT_LT(relative_difference(sums.loss_sum, file.at("loss_sum")), tolerance);
      EXPECT_LT(relative_difference(sums.nll_sum, file.at("nll_sum")), tolerance);
      sums.loss_sum.backward();
      std::size_t compared = 0;
      for (const nn::Parameter& p : model.parameters().list()) {
        EXPECT_LT(relative_difference(p.value.grad(), file.at("grad." + p.name)), tolerance) << p.name;
        ++compared;
      }
      std::size_t recorded = 0;
      for (const auto& [name, tensor] : file.tensors) recorded += name.starts_with("grad.");
      EXPECT_EQ(compared, recorded);
    }
}

batches::Batch one_pair(const batches::Batch& all, std::size_t i) {
  const auto cut = [i](const std::vector<std::int64_t>& ids, const std::vector<std::int64_t>& offsets) {
    return std::vector<std::int64_t>(ids.begin() + offsets[i], ids.begin() + offsets[i + 1]);
  };
  batches::Batch batch;
  batch.source.ids = cut(all.source.ids, all.source.offsets);
  batch.source.offsets = {0, static_cast<std::int64_t>(batch.source.ids.size())};
  batch.target_input.ids = cut(all.target_input.ids, all.target_input.offsets);
  batch.target_output = cut(all.target_output, all.target_input.offsets);
  batch.target_input.offsets = {0, static_cast<std::int64_t>(batch.target_output.size())};
  return batch;
}

TEST(Translator, PackedBatchEqualsOneSentenceAtATime) {
  for (const Case& c : cases()) {
    SCOPED_TRACE(c.file);
    const batches::Batch batch = batch_of(golden(c.file));
    Translator packed(c.config, 23, 23, 7, at::kDouble), single(c.config, 23, 23, 7, at::kDouble);
    const auto sums = packed.loss(batch, 0.1, {});
    sums.loss_sum.backward();
    double loss_sum = 0;
    for (std::size_t i = 0; i + 1 < batch.source.offsets.size(); ++i) {
      const auto part = single.loss(one_pair(batch, i), 0.1, {});
      loss_sum += part.loss_sum.item<double>();
      part.loss_sum.backward();
    }
    EXPECT_NEAR(sums.loss_sum.item<double>(), loss_sum, 1e-10 * loss_sum);
    EXPECT_LT(relative_difference(packed.parameters().gradients(), single.parameters().gradients()), 1e-11);
  }
}

batches::Batch tiny_batch() {
  batches::Batch batch;
  batch.source.ids = {1, 2, 3, 4, 2};
  batch.source.offsets = {0, 2, 5};
  batch.target_input.ids = {0, 3, 1, 0, 2};
  batch.target_input.offsets = {0, 3, 5};
  batch.target_output = {3, 1, 4, 2, 4};
  return batch;
}

// Smooth activations, since differences fail at a kink.
TEST(Translator, GradientByDifferencesForEveryPlacementAndNorm) {
  for (const auto& norm_case : norm_cases()) {
    SCOPED_TRACE(norm_case.name());
    ModelConfig config = small_config(norm_case.placement);
    norm_case.apply_to(config);
    config.encoder_layers = config.decoder_layers = 1;
    config.d_model = config.d_ff = 4;
    config.num_heads = 2;
    config.activation = Activation::kGelu;
    config.norm_eps = 0.1;
    config.dropout = 0.3;
    Translator model(config, 5, 5, test::test_seed(3), at::kDouble);
    {
      const at::NoGradGuard no_grad;
      at::Tensor values = model.parameters().values();
      values.add_(random_tensor({values.numel()}, 2), 0.2);
    }
    const batches::Batch batch = tiny_batch();
    const nn::Context context{.training = true, .key = 7};
    const auto loss = [&] { return model.loss(batch, 0.1, context).loss_sum; };
    loss().backward();
    const at::Tensor expected = finite_differences(model.parameters().values(), [&] { return loss().item<double>(); });
    EXPECT_LT(relative_difference(model.parameters().gradients(), expected), 1e-7);
    for (const nn::Parameter& p : model.parameters().list()) {
      EXPECT_GT(p.value.grad().abs().max().item<double>(), 1e-6) << p.name;
    }
  }
}

TEST(Translator, InitialisationFollowsFromTheSeedAlone) {
  const ModelConfig config = small_config(NormPlacement::kPreLn);
  const Translator a(config, 23, 23, 5), b(config, 23, 23, 5), other(config, 23, 23, 6);
  EXPECT_TRUE(a.parameters().values().equal(b.parameters().values()));
  EXPECT_FALSE(a.parameters().values().equal(other.parameters().values()));
}

TEST(Translator, TargetTiedSharesTheOutputOnly) {
  ModelConfig config = small_config(NormPlacement::kPreLn);
  config.tied_embeddings = TiedEmbeddings::kTarget;
  const Translator model(config, 31, 23, 5);
  EXPECT_EQ(model.parameters().at("source_embedding.weight").size(0), 31);
  EXPECT_EQ(model.parameters().at("target_embedding.weight").size(0), 23);
  EXPECT_THROW(model.parameters().at("output_projection.weight"), Error);
}

}  // namespace
}  // namespace prenorm::models
