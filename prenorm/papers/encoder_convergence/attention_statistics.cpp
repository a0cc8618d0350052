#include "prenorm/papers/encoder_convergence/attention_statistics.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/softmax.h>
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "prenorm/nn/initialization.h"
#include "prenorm/papers/json.h"

namespace prenorm::papers::encoder_convergence {
namespace {

double mean_largest(const at::Tensor& attention) { return attention.amax({-1}).mean().item<double>(); }

nlohmann::json measure_seeds(const Model& model, std::int64_t seeds) {
  AttentionStatistics sum;
  for (std::int64_t seed = 1; seed <= seeds; ++seed) {
    const auto key = static_cast<std::uint64_t>(seed);
    Encoder encoder(model, gaussian_samples(kAttentionSize, key));
    const at::Tensor logits = encoder.logits(initial_weights(model, kAttentionSize.dimension, key));
    sum.logit_deviation += logits.std(/*unbiased=*/false).item<double>();
    sum.largest_weight += mean_largest(at::softmax(logits, 2));
  }
  const auto count = static_cast<double>(seeds);
  return {{"deviation", sum.logit_deviation / count}, {"largest", sum.largest_weight / count}};
}

}  // namespace

std::vector<AttentionStatistics> measure_attention(const Cells& cells) {
  std::vector<AttentionStatistics> all;
  std::vector<std::string> names;
  const auto seeds_of = [](const Model& model) { return model.width == 10 ? 10 : 3; };
  for (const Initialization initialization : {kLeCun, kHe, kNtk})
    for (const AttentionScale scale : {kInverseRoot, kInverse})
      for (const std::int64_t width : {10, 100, 1000}) {
        all.push_back({{initialization, scale, width}});
        names.push_back(fmt::format("attention, {}, tau_0 = {}, d_m {}, {} seeds", name_of(initialization),
                                    name_of(scale), width, seeds_of(all.back().model)));
      }
  const auto values = cells.get_all("attention at initialisation", names, CellThreads::kOneEach,
                                    [&](std::size_t i) { return measure_seeds(all[i].model, seeds_of(all[i].model)); });
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].logit_deviation = number_field(values[i], "deviation");
    all[i].largest_weight = number_field(values[i], "largest");
  }
  return all;
}

double expected_logit_deviation(const Model& model, std::int64_t dimension) {
  const auto d = static_cast<double>(dimension);
  const double variance = model.initialization == kNtk ? 1 : (model.initialization == kHe ? 2 : 1) / d;
  return model.tau_0() * d * std::sqrt(static_cast<double>(model.width)) * variance;
}

double expected_largest_weight(double logit_deviation, std::int64_t tokens) {
  at::Tensor logits = at::empty({20'000, tokens}, at::kDouble);
  nn::normal(logit_deviation)(logits, RandomStream(name_key("independent logits")));
  return mean_largest(at::softmax(logits, 1));
}

}  // namespace prenorm::papers::encoder_convergence
