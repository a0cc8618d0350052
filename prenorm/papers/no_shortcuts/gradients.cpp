#include "prenorm/papers/no_shortcuts/gradients.h"

#include <ATen/TensorOperators.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>

#include "prenorm/base/random.h"
#include "prenorm/models/causal_lm.h"
#include "prenorm/papers/json.h"

namespace prenorm::papers::no_shortcuts {
namespace {

constexpr std::int64_t kLayers = 12, kVocabulary = 1000, kBatch = 4;

batches::TextBatch random_batch(std::int64_t tokens, std::uint64_t seed) {
  RandomStream random(mix_key({name_key("random tokens"), seed}));
  const auto draw = [&] { return static_cast<std::int64_t>(random.below(kVocabulary)); };
  batches::TextBatch batch;
  for (std::int64_t s = 0; s < kBatch; ++s) {
    for (std::int64_t t = 0; t < tokens; ++t) {
      batch.tokens.ids.push_back(draw());
      batch.targets.push_back(draw());
    }
    batch.tokens.end_sequence();
  }
  return batch;
}

// In double, for gradients of collapsed networks are far below the rounding of float.
GradientProfile measure(Arm arm, std::uint64_t seed) {
  const models::CausalLm model(language_model(arm, kLayers), kVocabulary, seed, at::kDouble);
  const batches::TextBatch batch = random_batch(kModelTokens, seed);
  const at::Tensor loss = model.loss(batch, /*label_smoothing=*/0, {}).loss_sum;
  (loss / static_cast<double>(batch.targets.size())).backward();
  GradientProfile norms;
  for (std::int64_t layer = 0; layer < kLayers; ++layer) {
    const auto gradient = [&](const char* name) {
      return model.parameters().at(fmt::format("decoder.layers.{}.{}.weight", layer, name)).grad();
    };
    const at::Tensor stacked = gradient("self_attention.qkv");
    const auto part = [&](std::int64_t i) { return stacked.narrow(0, i * kModelWidth, kModelWidth); };
    norms.query.push_back(part(0).norm().item<double>());
    norms.value.push_back(part(2).norm().item<double>());
    norms.up.push_back(gradient("feed_forward.up").norm().item<double>());
  }
  return norms;
}

}  // namespace

std::vector<GradientProfiles> measure_gradients(const ExperimentOptions& options, const Cells& cells) {
  const auto seeds = static_cast<std::size_t>(options.seeds);
  std::vector<GradientProfiles> all;
  for (const Arm arm : {Arm::kPlain, Arm::kUniform, Arm::kExponential}) all.push_back({arm, kLayers, {}});
  std::vector<std::string> names;
  for (const GradientProfiles& p : all)
    for (std::size_t seed = 1; seed <= seeds; ++seed)
      names.push_back(fmt::format("gradients: {}, {} layers, seed {}", name_of(p.arm), kLayers, seed));
  const auto values = cells.get_all("gradients", names, CellThreads::kOneEach, [&](std::size_t i) {
    const GradientProfile p = measure(all[i / seeds].arm, 1 + i % seeds);
    return nlohmann::json{
        {"query", numbers_to_json(p.query)}, {"value", numbers_to_json(p.value)}, {"up", numbers_to_json(p.up)}};
  });
  for (std::size_t i = 0; i < values.size(); ++i)
    all[i / seeds].seeds.push_back(
        {numbers_field(values[i], "query"), numbers_field(values[i], "value"), numbers_field(values[i], "up")});
  return all;
}

}  // namespace prenorm::papers::no_shortcuts
