// The parts of a model by name: its stacks, their layers, and the sublayers of a layer.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string_view>
#include <utility>

#include "prenorm/config/model_config.h"

namespace prenorm {

enum class Stack : std::uint8_t { kEncoder, kDecoder };
enum class Sublayer : std::uint8_t { kSelfAttention, kCrossAttention, kFeedForward };

// As tensors and observation points name them: "encoder.layers.0.self_attention".
template <>
struct EnumNames<Stack> {
  static constexpr std::array<std::pair<Stack, std::string_view>, 2> values{
      {{Stack::kEncoder, "encoder"}, {Stack::kDecoder, "decoder"}}};
};
template <>
struct EnumNames<Sublayer> {
  static constexpr std::array<std::pair<Sublayer, std::string_view>, 3> values{
      {{Sublayer::kSelfAttention, "self_attention"},
       {Sublayer::kCrossAttention, "cross_attention"},
       {Sublayer::kFeedForward, "feed_forward"}}};
};

inline constexpr std::array<Stack, 2> kStacks{Stack::kEncoder, Stack::kDecoder};

// A layer of a stack, counted from 0.
struct Layer {
  Stack stack = Stack::kEncoder;
  std::int64_t index = 0;

  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the 0 of a comparison for a pointer.
  auto operator<=>(const Layer&) const = default;
};

// A residual connection in a model.
struct Place {
  Layer layer{};
  Sublayer sublayer = Sublayer::kFeedForward;
};

constexpr std::int64_t layers_of(const ModelConfig& model, Stack stack) {
  return stack == Stack::kEncoder ? model.encoder_layers : model.decoder_layers;
}
// The stack that the output is computed from: the decoder, or the encoder if there is no decoder.
constexpr Stack output_stack(const ModelConfig& model) {
  return model.decoder_layers > 0 ? Stack::kDecoder : Stack::kEncoder;
}
constexpr std::int64_t output_layers(const ModelConfig& model) { return layers_of(model, output_stack(model)); }

// The same model without its other stack.
constexpr ModelConfig alone(Stack stack, ModelConfig model) {
  (stack == Stack::kEncoder ? model.decoder_layers : model.encoder_layers) = 0;
  return model;
}

}  // namespace prenorm
