// The input of a stack, and the boundaries of packed sequences.
#include "prenorm/nn/embedding.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <gtest/gtest.h>

#include <cmath>

#include "golden_file.h"
#include "prenorm/base/error.h"
#include "prenorm/nn/packing.h"
#include "random_tensor.h"

namespace prenorm::nn {
namespace {

using prenorm::testing::integer_tensor;
using prenorm::testing::integers;
using prenorm::testing::relative_difference;

ModelConfig config_of(Positions positions) {
  ModelConfig config;
  config.d_model = 6;
  config.positions = positions;
  config.max_positions = 5;
  config.dropout = 0.5;
  return config;
}

at::Tensor lookup(const Embedding& embedding, const std::vector<std::int64_t>& ids,
                  const std::vector<std::int64_t>& places, std::int64_t longest, const Context& context = {}) {
  return embedding(integer_tensor(ids), integer_tensor(places), longest, context);
}

TEST(SinusoidalPositions, FollowTheFormula) {
  for (const std::int64_t d : {2, 6, 16}) {
    const at::Tensor table = sinusoidal_positions(50, d, at::kDouble);
    for (std::int64_t position = 0; position < 50; ++position)
      for (std::int64_t i = 0; i < d / 2; ++i) {
        const double angle =
            static_cast<double>(position) / std::pow(10000.0, 2.0 * static_cast<double>(i) / static_cast<double>(d));
        EXPECT_NEAR(table[position][2 * i].item<double>(), std::sin(angle), 1e-15);
        EXPECT_NEAR(table[position][2 * i + 1].item<double>(), std::cos(angle), 1e-15);
      }
  }
  EXPECT_TRUE(sinusoidal_positions(9, 6, at::kFloat).equal(sinusoidal_positions(9, 6, at::kDouble).to(at::kFloat)));
  EXPECT_EQ(sinusoidal_positions(0, 6, at::kFloat).size(0), 0);
}

// Far positions are computed in double precision and rounded once, not from float32 angles.
TEST(SinusoidalPositions, StayExactFarOut) {
  const at::Tensor table = sinusoidal_positions(100'001, 2, at::kFloat);
  EXPECT_FLOAT_EQ(table[100'000][0].item<float>(), static_cast<float>(std::sin(100'000.0)));
}

TEST(Embedding, IsTheScaledRowPlusThePosition) {
  Parameters parameters(1, at::kDouble);
  const at::Tensor table = embedding_table(Scope(parameters) / "embedding", 9, 6);
  const Embedding embedding(Scope(parameters) / "positions", config_of(Positions::kSinusoidal), table);
  EXPECT_EQ(parameters.list().size(), 1U);  // sinusoids are not parameters
  const at::Tensor x = lookup(embedding, {8, 0, 3, 3}, {0, 1, 0, 2}, 3);
  const at::Tensor positions = sinusoidal_positions(3, 6, at::kDouble);
  const at::Tensor expected =
      std::sqrt(6.0) * table.index_select(0, integer_tensor(std::vector<std::int64_t>{8, 0, 3, 3})) +
      positions.index_select(0, integer_tensor(std::vector<std::int64_t>{0, 1, 0, 2}));
  EXPECT_LT(relative_difference(x, expected), 1e-15);
}

TEST(Embedding, SinusoidsGrowWithTheSequences) {
  Parameters parameters(1);
  const Embedding embedding(Scope(parameters) / "positions", config_of(Positions::kSinusoidal),
                            embedding_table(Scope(parameters) / "embedding", 9, 6));
  const at::Tensor first = lookup(embedding, {1}, {0}, 1);
  const at::Tensor far = lookup(embedding, {1, 1}, {0, 4999}, 5000);
  EXPECT_TRUE(far[0].equal(first[0]));
  EXPECT_TRUE(lookup(embedding, {1}, {4999}, 5000)[0].equal(far[1]));
  EXPECT_EQ(lookup(embedding, {}, {}, 0).sizes(), (std::vector<std::int64_t>{0, 6}));
}

TEST(Embedding, LearnedPositionsAreRowsOfATable) {
  Parameters parameters(1, at::kDouble);
  const at::Tensor table = embedding_table(Scope(parameters) / "embedding", 9, 6);
  const Embedding embedding(Scope(parameters) / "positions", config_of(Positions::kLearned), table);
  const at::Tensor& positions = parameters.at("positions.weight");
  EXPECT_EQ(positions.sizes(), (std::vector<std::int64_t>{5, 6}));
  const at::Tensor x = lookup(embedding, {2}, {4}, 5);
  EXPECT_LT(relative_difference(x[0], std::sqrt(6.0) * table[2] + positions[4]), 1e-15);
  x.sum().backward();
  EXPECT_TRUE(positions.grad()[4].eq(1).all().item<bool>());
  EXPECT_EQ(positions.grad().narrow(0, 0, 4).abs().max().item<double>(), 0);
}

TEST(Embedding, SequencesLongerThanLearnedPositionsAreADataError) {
  Parameters parameters(1);
  const Embedding embedding(Scope(parameters) / "positions", config_of(Positions::kLearned),
                            embedding_table(Scope(parameters) / "embedding", 9, 6));
  EXPECT_NO_THROW(lookup(embedding, {1}, {4}, 5));
  try {
    lookup(embedding, {1}, {5}, 6);
    FAIL();
  } catch (const DataError& e) {
    EXPECT_NE(std::string(e.what()).find("6 tokens"), std::string::npos) << e.what();
    EXPECT_NE(std::string(e.what()).find("model.max_positions = 5"), std::string::npos) << e.what();
  }
}

TEST(Embedding, ObserverSeesWhatEntersTheStack) {
  Parameters parameters(1);
  const Embedding embedding(Scope(parameters) / "positions", config_of(Positions::kSinusoidal),
                            embedding_table(Scope(parameters) / "embedding", 9, 6));
  std::string seen;
  at::Tensor value;
  const Observer observer = [&](std::string_view point, const at::Tensor& x) {
    seen = point;
    value = x;
  };
  const at::Tensor y = lookup(embedding, {1, 2}, {0, 1}, 2, {.training = true, .key = 3, .observer = &observer});
  EXPECT_EQ(seen, "positions");
  EXPECT_TRUE(value.equal(y));
  EXPECT_TRUE((y == 0).logical_or(y == 2 * lookup(embedding, {1, 2}, {0, 1}, 2)).all().item<bool>());
}

TEST(Packing, NumbersTheTokensOfEachSequence) {
  const Packing packing = Packing::from_offsets(std::vector<std::int64_t>{0, 3, 3, 4, 8});
  EXPECT_EQ(integers(packing.offsets), (std::vector<std::int64_t>{0, 3, 3, 4, 8}));
  EXPECT_EQ(integers(packing.positions), (std::vector<std::int64_t>{0, 1, 2, 0, 0, 1, 2, 3}));
  EXPECT_EQ(packing.longest, 4);
}

TEST(Packing, OfNothingIsEmpty) {
  for (const std::vector<std::int64_t>& offsets : std::vector<std::vector<std::int64_t>>{{0}, {0, 0, 0}}) {
    const Packing packing = Packing::from_offsets(offsets);
    EXPECT_EQ(packing.positions.numel(), 0);
    EXPECT_EQ(packing.offsets.numel(), static_cast<std::int64_t>(offsets.size()));
    EXPECT_EQ(packing.longest, 0);
  }
}

}  // namespace
}  // namespace prenorm::nn
