#include <algorithm>
#include <cmath>
#include <string>

#include "prenorm/papers/mesa_optimization/checks.h"

namespace prenorm::papers::mesa_optimization {
namespace {

constexpr ScalarPoint kPoint = kStarts[kUnequalStart];

// If some 150 entries differ from theory by sampling alone, one of them is farther once in ten thousand times.
constexpr double kSamplingErrors = 5;

Check forward_check(const RunSetting& s) {
  const SequenceLaw law{StartLaw::kGaussian, 1, 5, s.length};
  const LayerWeights layer = layer_weights(diagonal_weights(law.dimension, kPoint.a, kPoint.b));
  double farthest = 0;
  for (std::int64_t i = 0; i < 50; ++i) {
    const auto states = states_of(draw_sequence(data_set(s, law, 1), i), law.length);
    const std::vector<Complex> y = predict(layer, states);
    for (std::int64_t t = 2; t < law.length; ++t) {
      const auto expected =
          gradient_step_prediction(states, law.dimension, t, kPoint.product() / static_cast<double>(t - 1));
      for (std::size_t j = 0; j < expected.size(); ++j)
        farthest = std::max(farthest, std::abs(y[static_cast<std::size_t>(t - 2) * expected.size() + j] - expected[j]));
    }
  }
  return {"forward_is_gradient_step",
          "Corollary 4.1",
          {},
          farthest,
          0,
          {0, 1e-10},
          "greatest |difference| of a prediction of the layer with a I, b I and one step of gradient descent at rate "
          "a b/(t - 1), 50 sequences, all positions"};
}

Check entry_check(const std::string& law, const char* entries, const char* source, double farthest, const char* what) {
  return {law + "_gradients_" + entries,
          source,
          {},
          farthest,
          0,
          {0, kSamplingErrors},
          std::string(what) + ", in standard errors over the training set, at (0.5, 1.5); the farthest entry and seed"};
}

void take_larger(Deviations& all, const Deviations& one) {
  all.diagonals = std::max(all.diagonals, one.diagonals);
  all.off_diagonals = std::max(all.off_diagonals, one.off_diagonals);
  all.projection_off_diagonals = std::max(all.projection_off_diagonals, one.projection_off_diagonals);
  all.other_blocks = std::max(all.other_blocks, one.other_blocks);
}

Deviations worst_deviations(const RunSetting& s, StartLaw start, const Cells& cells) {
  const SequenceLaw law{start, 1, 5, s.length};
  std::vector<DataSet> data;
  for (std::int64_t seed = 1; seed <= s.seeds; ++seed) data.push_back(data_set(s, law, seed));
  Deviations worst;
  for (const EntryGradients& g : entry_gradients(data, kPoint, cells)) take_larger(worst, deviations_of(g));
  return worst;
}

}  // namespace

void check_gradients(const RunSetting& s, const Cells& cells, std::vector<Check>& checks) {
  checks.push_back(forward_check(s));
  for (const StartLaw start : {StartLaw::kGaussian, StartLaw::kSparse, StartLaw::kOnes}) {
    const Deviations d = worst_deviations(s, start, cells);
    const std::string law(enum_name(start));
    checks.push_back(
        entry_check(law, "diagonals", "Theorem 4.1", d.diagonals,
                    "gradient on the diagonals of W_KQ_32 and W_PV_12 less that of the theory for the same x_1"));
    checks.push_back(entry_check(law, "other_blocks", "Theorem 4.1", d.other_blocks,
                                 "gradient of the entries of all other blocks, which theory keeps at 0"));
    if (start == StartLaw::kOnes)
      checks.push_back(entry_check(law, "off_diagonals", "Proposition 4.2", d.off_diagonals,
                                   "gradient off the diagonal of W_KQ_32 less that of the proposition"));
    else
      checks.push_back(entry_check(law, "off_diagonals", "Theorem 4.1",
                                   std::max(d.off_diagonals, d.projection_off_diagonals),
                                   "gradient off the diagonals of W_KQ_32 and W_PV_12, which theory keeps at 0"));
    // The features of different coordinates are products with a 0.
    if (start == StartLaw::kSparse) checks.back().accepted = {0, 0};
  }
}

}  // namespace prenorm::papers::mesa_optimization
