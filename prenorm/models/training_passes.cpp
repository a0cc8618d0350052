#include "prenorm/models/training_passes.h"

#include <algorithm>
#include <string_view>

#include "prenorm/config/placement.h"
#include "prenorm/nn/parameter_names.h"

namespace prenorm::models {
namespace {

using namespace std::string_view_literals;

constexpr std::int64_t kLayer = 100, kAfterLayers = 1'000'000, kProjection = kAfterLayers + 1, kNever = kProjection + 1;

bool any_of(std::string_view name, std::initializer_list<std::string_view> parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [&](std::string_view part) { return name.find(part) != std::string_view::npos; });
}

// The order of computation in a layer.
std::int64_t place_in_layer(std::string_view name, bool norm_before) {
  const std::int64_t sublayer = any_of(name, {".feed_forward."}) ? 20 : any_of(name, {".cross_attention."}) ? 10 : 0;
  if (any_of(name, {".qkv.", ".query.", ".key_value.", ".up."})) return sublayer + 2;
  if (any_of(name, {".out.", ".down."})) return sublayer + 4;
  return sublayer + (norm_before && any_of(name, {".norm."}) ? 1 : 6);
}

class Order {
 public:
  Order(const nn::Parameters& parameters, const ModelConfig& config, Stack stack) : config_(config), stack_(stack) {
    for (const nn::Parameter& p : parameters.trained()) {
      first_ = std::min(first_, place(p.name));
      if (belongs_to_encoder(p.name)) memory_trains_ = true;
    }
  }

  // Whether something trains below, so that the gradient goes on to the input of this.
  bool reached(std::int64_t place) const { return first_ < place; }
  bool memory_trains() const { return memory_trains_; }

  // kNever for what is not below the end of this stack.
  std::int64_t place(std::string_view name) const {
    if (const auto layer = nn::layer_of(name)) {
      if (layer->stack != stack_) return layer->stack == Stack::kEncoder ? kMemory : kNever;
      const bool norm_before = traits_of(placement_of(config_, {*layer, Sublayer::kSelfAttention})).norm_before;
      return kLayer * (layer->index + 1) + place_in_layer(name, norm_before);
    }
    if (any_of(name, {"classifier.", "pooler.", "next_sentence.", "masked_lm.output_bias", "output_projection."}))
      return kProjection;
    if (any_of(name, {"encoder.norm", "decoder.norm", "masked_lm."})) return kAfterLayers;
    if (name.starts_with("source_")) return stack_ == Stack::kEncoder ? 0 : kMemory;
    if (name.starts_with("target_") && stack_ == Stack::kEncoder) return kNever;
    return 0;
  }

 private:
  static bool belongs_to_encoder(std::string_view name) {
    return name.starts_with("encoder.") || name.starts_with("source_") || name == "embedding.weight"sv;
  }
  // The encoder's output enters the decoder with the keys and values of its first layer, after the queries.
  static constexpr std::int64_t kMemory = kLayer + 13;

  const ModelConfig& config_;
  Stack stack_;
  std::int64_t first_ = kNever;
  bool memory_trains_ = false;
};

// Sums over matrices, by which the passes are weighted.
struct Weighted {
  double forward = 0, all = 0;

  void add(const at::Tensor& matrix, bool reached, bool trains) {
    forward += static_cast<double>(matrix.numel());
    add_beside(matrix, reached, trains);
  }
  // An adapter: its arithmetic comes on top of what the formulas count.
  void add_beside(const at::Tensor& matrix, bool reached, bool trains) {
    all += static_cast<double>(matrix.numel()) * (1 + (reached ? 1 : 0) + (trains ? 1 : 0));
  }
  double passes() const { return forward > 0 ? all / forward : 3; }
};

class Mean {
 public:
  void add(double value) { sum_ += value, ++count_; }
  double value() const { return count_ > 0 ? sum_ / count_ : 3; }

 private:
  double sum_ = 0, count_ = 0;
};

}  // namespace

TrainingPasses training_passes(const nn::Parameters& parameters, const ModelConfig& config, Stack stack) {
  const Order order(parameters, config, stack);
  Weighted linear, memory, projection;
  Mean attention, cross_attention;
  std::string_view table = "embedding.weight";
  for (const nn::Parameter& p : parameters.list()) {
    if (p.name == "output_projection.weight" || (p.name == "target_embedding.weight" && table[0] == 'e'))
      table = p.name;
    const std::int64_t place = order.place(p.name);
    if (p.name == "masked_lm.transform.weight") projection.add(p.value, order.reached(place), p.trains());
    const auto layer = nn::layer_of(p.name);
    if (!layer || layer->stack != stack || p.value.dim() != 2) continue;
    const bool of_memory = any_of(p.name, {".key_value."});
    Weighted& sum = of_memory ? memory : linear;
    const bool reached = of_memory ? order.memory_trains() : order.reached(place);
    if (p.name.ends_with(nn::kLoraA))
      sum.add_beside(p.value, reached, p.trains());
    else if (p.name.ends_with(nn::kLoraB))
      sum.add_beside(p.value, true, p.trains());
    else
      sum.add(p.value, reached, p.trains());
    if (!any_of(p.name, {".qkv.weight", ".query.weight"})) continue;
    // Below the output map: the maps to queries, keys and values, and what comes before them.
    (any_of(p.name, {".query."}) ? cross_attention : attention).add(order.reached(place + 2) ? 3 : 1);
  }
  const nn::Parameter* logits = nullptr;
  for (const nn::Parameter& p : parameters.list())
    if (p.name == table) logits = &p;
  if (logits != nullptr) projection.add(logits->value, order.reached(kProjection), logits->trains());
  return {linear.passes(), attention.value(), cross_attention.value(), memory.passes(), projection.passes()};
}

}  // namespace prenorm::models
