#include "prenorm/papers/no_shortcuts/initializations.h"

#include <ATen/TensorOperators.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "prenorm/base/json_number.h"
#include "prenorm/papers/json.h"
#include "prenorm/papers/no_shortcuts/stack_kernels.h"

namespace prenorm::papers::no_shortcuts {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr Method kMethods[] = {Method::kPlain, Method::kUniform, Method::kExponential, Method::kValueSkip};

Initialization measure(const NetworkSetting& s) {
  const std::vector<at::Tensor> kernels = network_kernels(s);
  Initialization result{profile_of(kernels), kNaN, kNaN, kNaN};
  if (s.causal && !s.normalized && s.sublayers != Sublayers::kFeedForward)
    result.model_error = relative_difference(stack_kernels(s), kernels);
  if (s.sublayers != Sublayers::kAttention || s.query_key != QueryKey::kZero) return result;
  const std::vector<at::Tensor> exact = attention_kernels(s.method, s.tokens, s.layers);
  result.greatest_error = 0;
  for (std::size_t layer = 0; layer < kernels.size(); ++layer) {
    const at::Tensor error = (cosines_of(kernels[layer]) - cosines_of(exact[layer])).abs();
    result.greatest_error = std::max(result.greatest_error, error.max().item<double>());
    result.share_near = (error < 2 / std::sqrt(static_cast<double>(s.d_model))).to(at::kDouble).mean().item<double>();
  }
  return result;
}

nlohmann::json to_json(const Initialization& i) {
  return {{"profile", to_json(i.profile)},
          {"greatest_error", json_number(i.greatest_error)},
          {"share_near", json_number(i.share_near)},
          {"model_error", json_number(i.model_error)}};
}

Initialization initialization_from_json(const nlohmann::json& json) {
  return {profile_from_json(json.at("profile")), number_field(json, "greatest_error"), number_field(json, "share_near"),
          number_field(json, "model_error")};
}

NetworkSetting attention_only(Method method, std::int64_t layers, Inputs inputs) {
  NetworkSetting s;
  s.method = method;
  s.layers = layers;
  s.tokens = 128;
  s.sublayers = Sublayers::kAttention;
  s.inputs = inputs;
  return s;
}

NetworkSetting attention_to_all(double score_gain) {
  NetworkSetting s = attention_only(Method::kPlain, 12, Inputs::kGaussian);
  s.query_key = QueryKey::kGaussian;
  s.score_gain = score_gain;
  s.causal = false;
  s.normalized = true;
  return s;
}

NetworkSetting feed_forward_only(std::int64_t layers, bool tat) {
  NetworkSetting s;
  s.layers = layers;
  s.d_model = 512;
  s.sublayers = Sublayers::kFeedForward;
  s.inputs = Inputs::kOrthogonal;
  s.tat = tat;
  return s;
}

NetworkSetting whole_blocks(Method method, std::int64_t layers) {
  NetworkSetting s;
  s.method = method;
  s.layers = layers;
  s.tat = method != Method::kPlain;
  return s;
}

// The networks without their seeds.
Initializations networks(bool quick) {
  Initializations all;
  const std::vector<std::int64_t> depths = quick ? std::vector<std::int64_t>{12} : std::vector<std::int64_t>{12, 36};
  const auto add = [](std::vector<Network>& list, const NetworkSetting& setting) { list.push_back({setting, {}}); };
  for (const Method method : kMethods)
    for (const std::int64_t layers : depths) {
      add(all.orthogonal_inputs, attention_only(method, layers, Inputs::kOrthogonal));
      add(all.blocks, whole_blocks(method, layers));
    }
  for (const Method method : kMethods) {
    add(all.gaussian_inputs, attention_only(method, 12, Inputs::kGaussian));
    add(all.gaussian_queries, attention_only(method, 12, Inputs::kGaussian));
    all.gaussian_queries.back().setting.query_key = QueryKey::kGaussian;
    if (!quick) add(all.blocks, whole_blocks(method, 24));
  }
  for (const double score_gain : {1.0, 4.0, 16.0}) add(all.all_tokens, attention_to_all(score_gain));
  for (const std::int64_t layers : depths) {
    add(all.feed_forward, feed_forward_only(layers, false));
    if (layers > 12) add(all.feed_forward, feed_forward_only(layers, true));
    add(all.attention, whole_blocks(Method::kExponential, layers));
    all.attention.back().setting.sublayers = Sublayers::kAttention;
  }
  return all;
}

}  // namespace

Initializations measure_initializations(const ExperimentOptions& options, const Cells& cells) {
  Initializations all = networks(options.quick);
  std::vector<Network*> networks;
  for (auto* list : {&all.orthogonal_inputs, &all.gaussian_inputs, &all.gaussian_queries, &all.feed_forward,
                     &all.attention, &all.blocks, &all.all_tokens})
    for (Network& network : *list) networks.push_back(&network);
  const auto setting_at = [&](std::size_t i) {
    NetworkSetting s = networks[i / static_cast<std::size_t>(options.seeds)]->setting;
    s.seed = 1 + i % static_cast<std::size_t>(options.seeds);
    return s;
  };
  std::vector<std::string> names;
  for (std::size_t i = 0; i < networks.size() * static_cast<std::size_t>(options.seeds); ++i)
    names.push_back("initialisation: " + setting_at(i).name());
  const auto values = cells.get_all("networks at initialisation", names, CellThreads::kOneEach,
                                    [&](std::size_t i) { return to_json(measure(setting_at(i))); });
  for (std::size_t i = 0; i < values.size(); ++i)
    networks[i / static_cast<std::size_t>(options.seeds)]->seeds.push_back(initialization_from_json(values[i]));
  return all;
}

const Network& find_network(const std::vector<Network>& all, Method method, std::int64_t layers) {
  for (const Network& n : all)
    if (n.setting.method == method && n.setting.layers == layers) return n;
  throw std::out_of_range("no such network");
}

}  // namespace prenorm::papers::no_shortcuts
