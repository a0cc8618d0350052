// Decoding one token at a time with cached keys and values equals the decoder on whole sequences.
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include "enum_values.h"
#include "golden_file.h"
#include "prenorm/nn/decoder.h"
#include "random_tensor.h"

namespace prenorm::nn {
namespace {

using prenorm::testing::integer_tensor;
using prenorm::testing::NormCase;
using prenorm::testing::offsets_of;
using prenorm::testing::random_tensor;
using prenorm::testing::relative_difference;
using Numbers = std::vector<std::int64_t>;

ModelConfig config_of(const NormCase& norm_case) {
  ModelConfig config;
  norm_case.apply_to(config);
  config.d_model = 12;
  config.d_ff = 20;
  config.num_heads = 3;
  config.decoder_layers = 3;
  return config;
}

Picks picks_of(const std::vector<Numbers>& rows) {
  Numbers all, lengths;
  for (const Numbers& r : rows) {
    all.insert(all.end(), r.begin(), r.end());
    lengths.push_back(static_cast<std::int64_t>(r.size()));
  }
  return {integer_tensor(all), integer_tensor(offsets_of(lengths))};
}
Numbers range(std::int64_t begin, std::int64_t end) {
  Numbers result;
  for (std::int64_t i = begin; i < end; ++i) result.push_back(i);
  return result;
}

class StepByStep : public ::testing::TestWithParam<std::tuple<NormCase, at::ScalarType>> {
 protected:
  StepByStep() : parameters_(3, dtype()), decoder_(Scope(parameters_) / "decoder", config_of(std::get<0>(GetParam()))) {
    parameters_.complete();
    parameters_.values().copy_(parameters_.values() + 0.1 * random_tensor({parameters_.count()}, 5));
  }
  static at::ScalarType dtype() { return std::get<1>(GetParam()); }
  static double tolerance() { return dtype() == at::kDouble ? 1e-12 : 1e-5; }

  Memory memory(const Numbers& lengths) const {
    const Numbers offsets = offsets_of(lengths);
    return {random_tensor({offsets.back(), 12}, 1, dtype()), Packing::from_offsets(offsets)};
  }

  const at::NoGradGuard no_grad_;
  Parameters parameters_;
  Decoder decoder_;
};
INSTANTIATE_TEST_SUITE_P(All, StepByStep,
                         ::testing::Combine(::testing::ValuesIn(prenorm::testing::norm_cases()),
                                            ::testing::Values(at::kFloat, at::kDouble)));

// Sequences of different lengths over memories of different lengths. Sequences that have ended leave the batch, so the
// rows of one sequence are at changing positions in the cache.
TEST_P(StepByStep, EqualsTheWholeSequence) {
  const Numbers targets{4, 1, 9, 6}, sources{3, 7, 1, 5};
  const Memory source = memory(sources);
  const Numbers target_offsets = offsets_of(targets), source_offsets = offsets_of(sources);
  const at::Tensor x = random_tensor({target_offsets.back(), 12}, 2, dtype());
  const at::Tensor whole = decoder_(x, Packing::from_offsets(target_offsets), source, {});

  DecoderCache cache = decoder_.start(source);
  std::vector<Numbers> kept(targets.size());  // cache rows of each sequence
  std::int64_t used = 0;
  for (std::int64_t t = 0; t < 9; ++t) {
    Numbers tokens;
    std::vector<Numbers> self, cross;
    for (std::size_t s = 0; s < targets.size(); ++s) {
      if (t >= targets[s]) continue;
      tokens.push_back(target_offsets[s] + t);
      kept[s].push_back(used++);
      self.push_back(kept[s]);
      cross.push_back(range(source_offsets[s], source_offsets[s + 1]));
    }
    const at::Tensor rows = integer_tensor(tokens);
    const at::Tensor y = decoder_.step(x.index_select(0, rows), cache, picks_of(self), picks_of(cross));
    EXPECT_LT(relative_difference(y, whole.index_select(0, rows)), tolerance()) << "step " << t;
  }
  for (const KeyValueCache& c : cache.self) EXPECT_EQ(c.used, used);
}

// Beam search: two hypotheses share a beginning and branch; then one of them is replaced by a copy of the other.
TEST_P(StepByStep, HypothesesShareTheirBeginnings) {
  const Memory source = memory({4});
  const at::Tensor x = random_tensor({5, 12}, 2, dtype());  // tokens a, b, c, d, e
  const auto token = [&](std::int64_t i) { return x.narrow(0, i, 1); };
  const Numbers all = range(0, 4);
  DecoderCache cache = decoder_.start(source);
  decoder_.step(token(0), cache, picks_of({{0}}), picks_of({all}));                               // a
  decoder_.step(x.narrow(0, 1, 2), cache, picks_of({{0, 1}, {0, 2}}), picks_of({all, all}));      // a b, a c
  const at::Tensor y = decoder_.step(x.narrow(0, 3, 2), cache, picks_of({{0, 2, 3}, {0, 2, 4}}),  // a c d, a c e
                                     picks_of({all, all}));
  const at::Tensor acd = at::cat({token(0), token(2), token(3)}), ace = at::cat({token(0), token(2), token(4)});
  const Packing three = Packing::from_offsets(Numbers{0, 3});
  EXPECT_LT(relative_difference(y[0], decoder_(acd, three, source, {})[2]), tolerance());
  EXPECT_LT(relative_difference(y[1], decoder_(ace, three, source, {})[2]), tolerance());
}

TEST(KeyValueCache, GrowsAndKeepsItsRows) {
  KeyValueCache cache;
  at::Tensor expected = at::zeros({0, 4}, at::kFloat);
  std::int64_t moves = 0;
  const void* place = nullptr;
  for (std::uint64_t i = 0; i < 200; ++i) {
    const at::Tensor rows = random_tensor({static_cast<std::int64_t>(i % 4), 4}, i, at::kFloat);
    cache.append(rows);
    expected = at::cat({expected, rows});
    EXPECT_EQ(cache.used, expected.size(0));
    EXPECT_TRUE(cache.rows.narrow(0, 0, cache.used).equal(expected));
    moves += cache.rows.data_ptr() != place;
    place = cache.rows.data_ptr();
  }
  EXPECT_LT(moves, 12);  // doubling: logarithmic in the number of rows
}

}  // namespace
}  // namespace prenorm::nn
