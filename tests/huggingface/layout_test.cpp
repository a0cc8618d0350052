// Tensors there and back: bit by bit, whatever the architecture, and in files that others have written.
#include "prenorm/huggingface/layout.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "files/temporary_folder.h"
#include "huggingface/small_models.h"
#include "prenorm/base/error.h"
#include "prenorm/files/file.h"
#include "prenorm/huggingface/checkpoint_folder.h"
#include "prenorm/models/bert.h"
#include "prenorm/models/causal_lm.h"
#include "prenorm/models/translator.h"

namespace prenorm::huggingface {
namespace {

using test::small_models;
using test::TemporaryFolder;
using ::testing::HasSubstr;

using Shapes = std::map<std::string, std::vector<std::int64_t>>;

Shapes shapes_of(const nn::Parameters& parameters) {
  Shapes shapes;
  for (const nn::Parameter& p : parameters.list()) shapes[p.name] = p.value.sizes().vec();
  return shapes;
}

// The shapes in the model that is trained and used.
Shapes shapes_of_model(const Architecture& a) {
  if (a.type == ModelType::kGpt2) return shapes_of(models::CausalLm(a.model, a.vocabulary, 1).parameters());
  if (a.type == ModelType::kMarian)
    return shapes_of(models::Translator(a.model, a.vocabulary, a.vocabulary, 1).parameters());
  return shapes_of(models::Bert(a.model, a.vocabulary, {a.masked_lm, a.next_sentence, a.classes}, 1).parameters());
}

TEST(Layout, HasEveryTensorOfTheModelAndNoOther) {
  for (const auto& [name, architecture] : small_models()) {
    SCOPED_TRACE(name);
    EXPECT_EQ(shapes_of(empty_parameters(layout_of(architecture))), shapes_of_model(architecture));
  }
}

struct LayoutCase {
  Layout layout;
  nn::Parameters parameters;
  TensorsByName theirs;
};

LayoutCase made(const Architecture& architecture) {
  const Layout layout = layout_of(architecture);
  LayoutCase c{layout, empty_parameters(layout), {}};
  test::randomize(c.parameters, 7);
  for (const auto& [name, tensor] : to_theirs(layout, c.parameters)) c.theirs[name] = tensor;
  return c;
}

void expect_the_same(const LayoutCase& c, const TensorsByName& tensors) {
  const FittedTensors fitted = fit(c.layout, by_known_names(c.layout, tensors, "x"), "x");
  ASSERT_EQ(fitted.ours.size(), c.parameters.list().size());
  for (const auto& [name, tensor] : fitted.ours) EXPECT_TRUE(tensor.equal(c.parameters.at(name))) << name;
}

TEST(Layout, ThereAndBackIsBitwise) {
  for (const auto& [name, architecture] : small_models()) {
    SCOPED_TRACE(name);
    const LayoutCase c = made(architecture);
    expect_the_same(c, c.theirs);
  }
}

TEST(Layout, NoTwoTensorsShareAName) {
  for (const auto& [name, architecture] : small_models()) {
    SCOPED_TRACE(name);
    const Layout layout = layout_of(architecture);
    std::set<std::string> seen;
    for (const TensorMap& map : layout.tensors)
      for (const std::string& theirs : map.theirs) EXPECT_TRUE(seen.insert(theirs).second) << theirs;
    for (const auto& [alias, theirs] : layout.aliases) {
      EXPECT_TRUE(seen.contains(theirs)) << theirs;
      EXPECT_FALSE(seen.contains(alias)) << alias;
    }
  }
}

Architecture named(const std::string& name) {
  for (const auto& model : small_models())
    if (model.name == name) return model.architecture;
  throw std::out_of_range(name);
}

// By hand: what a matrix of each kind looks like there.
TEST(Layout, QueryKeyAndValueAreRowsOfOurs) {
  const LayoutCase c = made(named("bert"));
  const at::Tensor qkv = c.parameters.at("encoder.layers.1.self_attention.qkv.weight");
  EXPECT_TRUE(c.theirs.at("bert.encoder.layer.1.attention.self.query.weight").equal(qkv.narrow(0, 0, 12)));
  EXPECT_TRUE(c.theirs.at("bert.encoder.layer.1.attention.self.value.weight").equal(qkv.narrow(0, 24, 12)));
}

TEST(Layout, Gpt2StoresMatricesTransposed) {
  const LayoutCase c = made(named("gpt2"));
  const at::Tensor up = c.parameters.at("decoder.layers.2.feed_forward.up.weight");
  EXPECT_EQ(c.theirs.at("transformer.h.2.mlp.c_fc.weight").sizes(), (std::vector<std::int64_t>{12, 20}));
  EXPECT_TRUE(c.theirs.at("transformer.h.2.mlp.c_fc.weight").equal(up.t()));
}

TEST(Layout, MariansStreamHasItsEvenElementsFirst) {
  const LayoutCase c = made(named("marian"));
  const at::Tensor ours = c.parameters.at("embedding.weight"), theirs = c.theirs.at("model.shared.weight");
  for (std::int64_t i = 0; i < 6; ++i) {
    EXPECT_TRUE(theirs.select(1, i).equal(ours.select(1, 2 * i)));
    EXPECT_TRUE(theirs.select(1, 6 + i).equal(ours.select(1, 2 * i + 1)));
  }
  // Sines, then cosines: at place 0 zeros, then ones.
  const at::Tensor start = c.theirs.at("model.encoder.embed_positions.weight").select(0, 0);
  EXPECT_TRUE(start.equal(at::cat({at::zeros({6}), at::ones({6})})));
}

TEST(Layout, RobertaCountsPositionsFromThePaddingIdOn) {
  const LayoutCase c = made(named("roberta_prelayernorm"));
  const at::Tensor theirs = c.theirs.at("roberta_prelayernorm.embeddings.position_embeddings.weight");
  ASSERT_EQ(theirs.size(0), 14);
  EXPECT_EQ(theirs.narrow(0, 0, 4).abs().max().item<float>(), 0);
  EXPECT_TRUE(theirs.narrow(0, 4, 10).equal(c.parameters.at("positions.weight")));
}

// As published checkpoints have them.
TEST(Fit, TakesGpt2WithoutPrefixAndWithItsMasks) {
  const LayoutCase c = made(named("gpt2"));
  TensorsByName published;
  for (const auto& [name, tensor] : c.theirs) published[name.substr(std::string("transformer.").size())] = tensor;
  published["h.0.attn.bias"] = at::ones({1, 1, 10, 10});
  published["h.0.attn.masked_bias"] = at::zeros({});
  published["lm_head.weight"] = c.theirs.at("transformer.wte.weight");
  expect_the_same(c, published);
}

TEST(Fit, TakesBertWithOldNamesDuplicatesAndHeadsThatAreNotAskedFor) {
  const LayoutCase c = made(named("bert"));
  TensorsByName published;
  for (const auto& [name, tensor] : c.theirs) {
    std::string old = name;
    if (const std::size_t at = old.find("LayerNorm."); at != std::string::npos)
      old = old.substr(0, at + 10) + (old.ends_with("weight") ? "gamma" : "beta");
    published[old] = tensor;
  }
  EXPECT_TRUE(published.contains("cls.predictions.transform.LayerNorm.beta"));
  published["bert.embeddings.position_ids"] = at::arange(10).unsqueeze(0);
  published["bert.pooler.dense.weight"] = at::ones({12, 12});
  published["cls.seq_relationship.bias"] = at::ones({2});
  published["cls.predictions.decoder.weight"] = c.theirs.at("bert.embeddings.word_embeddings.weight");
  published["cls.predictions.decoder.bias"] = c.theirs.at("cls.predictions.bias");
  expect_the_same(c, published);
  published.erase("cls.predictions.bias");  // then the duplicate is the one
  expect_the_same(c, published);
}

TEST(Fit, HalfPrecisionBecomesSingle) {
  const LayoutCase c = made(named("gpt2"));
  for (const at::ScalarType type : {at::kHalf, at::kBFloat16}) {
    TensorsByName half;
    for (const auto& [name, tensor] : c.theirs) half[name] = tensor.to(type);
    for (const auto& [name, tensor] : fit(c.layout, half, "x").ours)
      EXPECT_TRUE(tensor.equal(c.parameters.at(name).to(type).to(at::kFloat))) << name;
  }
}

std::string refusal(const LayoutCase& c, const TensorsByName& tensors) {
  try {
    fit(c.layout, by_known_names(c.layout, tensors, "DIR"), "DIR");
    return "nothing was thrown";
  } catch (const CheckpointError& error) {
    return error.what();
  }
}

TEST(Fit, NamesEveryTensorThatIsMissingOrDoesNotFit) {
  const LayoutCase c = made(named("bert"));
  TensorsByName tensors = c.theirs;
  tensors.erase("cls.predictions.bias");
  tensors["bert.encoder.layer.0.output.dense.weight"] = at::ones({12, 21});
  tensors["bert.encoder.layer.1.output.dense.bias"] = at::ones({12}, at::kLong);
  tensors["bert.encoder.layer.2.output.dense.bias"] = at::ones({12});
  EXPECT_EQ(
      refusal(c, tensors),
      "DIR: the tensors do not match its config.json: \"bert.encoder.layer.2.output.dense.bias\" is not part of the "
      "model; "
      "bert.encoder.layer.0.output.dense.weight is [12, 21], expected [12, 20]; bert.encoder.layer.1.output.dense.bias "
      "is of type Long, expected a floating-point type; cls.predictions.bias is missing, expected [17]");
}

TEST(Fit, RefusesWhatThisProgramHasNoWeightsFor) {
  const LayoutCase c = made(named("marian"));
  TensorsByName tensors = c.theirs;
  tensors["final_logits_bias"] = at::ones({1, 17});
  EXPECT_THAT(refusal(c, tensors), HasSubstr("final_logits_bias has values that prenorm cannot use"));
  tensors = c.theirs;
  tensors["model.decoder.embed_positions.weight"] = at::ones({10, 12});
  EXPECT_THAT(refusal(c, tensors), HasSubstr("model.decoder.embed_positions.weight has values"));
  tensors = c.theirs;
  tensors["lm_head.weight"] = at::ones({17, 12});
  EXPECT_THAT(refusal(c, tensors), HasSubstr("lm_head.weight is not the same as model.shared.weight"));
}

TEST(Fit, RefusesOneTensorUnderTwoNames) {
  const LayoutCase c = made(named("bert"));
  TensorsByName tensors = c.theirs;
  tensors["bert.embeddings.LayerNorm.gamma"] = tensors["bert.embeddings.LayerNorm.weight"];
  EXPECT_THAT(refusal(c, tensors), HasSubstr("bert.embeddings.LayerNorm.weight occurs twice"));
}

TEST(ReadTensors, TakesShardsByTheirIndex) {
  const TemporaryFolder folder;
  io::write_safetensors(folder / "a.safetensors", {{"x", at::ones({2})}});
  io::write_safetensors(folder / "b.safetensors", {{"y", at::zeros({3})}, {"z", at::ones({1})}});
  const auto index = folder / "model.safetensors.index.json";
  write_file_atomically(index, R"({"weight_map": {"x": "a.safetensors", "y": "b.safetensors", "z": "b.safetensors"}})");
  const TensorsByName tensors = read_tensors(folder.path());
  EXPECT_EQ(tensors.size(), 3U);
  EXPECT_TRUE(tensors.at("y").equal(at::zeros({3})));
}

TEST(ReadTensors, RefusesAnIndexThatLeadsNowhereOrAway) {
  const TemporaryFolder folder;
  io::write_safetensors(folder / "a.safetensors", {{"x", at::ones({2})}});
  const auto index = folder / "model.safetensors.index.json";
  for (const char* text : {"", "[]", "{}", R"({"weight_map": []})", R"({"weight_map": {"x": 1}})",
                           R"({"weight_map": {"x": "../a.safetensors"}})", R"({"weight_map": {"x": ".."}})",
                           R"({"weight_map": {"x": "/etc/passwd"}})", R"({"weight_map": {"y": "a.safetensors"}})"}) {
    write_file_atomically(index, text);
    EXPECT_THROW(read_tensors(folder.path()), CheckpointError) << text;
  }
  write_file_atomically(index, R"({"weight_map": {"x": "b.safetensors"}})");
  EXPECT_THROW(read_tensors(folder.path()), FileError);
}

TEST(ReadTensors, SaysWhatIsMissingOrDamaged) {
  const TemporaryFolder folder;
  const auto message = [&] {
    try {
      read_tensors(folder.path());
      return std::string("nothing was thrown");
    } catch (const Error& error) {
      return std::string(error.what());
    }
  };
  EXPECT_THAT(message(), HasSubstr("has no model.safetensors"));
  write_file_atomically(folder / "pytorch_model.bin", "x");
  EXPECT_THAT(message(), HasSubstr("pytorch_model.bin is not read because it can run code"));
  io::write_safetensors(folder / "model.safetensors", {{"x", at::ones({200})}});
  const std::string whole = read_file(folder / "model.safetensors");
  for (const std::size_t size : {0UL, 7UL, 8UL, 40UL, whole.size() - 1}) {
    write_file_atomically(folder / "model.safetensors", whole.substr(0, size));
    EXPECT_THAT(message(), HasSubstr("model.safetensors: not a usable safetensors file")) << size;
  }
}

}  // namespace
}  // namespace prenorm::huggingface
