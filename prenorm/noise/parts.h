// Parts of a model with a noise scale each: groups of parameters with the same task, and layers. Each
// parameter is in one group and in one layer.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prenorm/base/describe.h"
#include "prenorm/noise/moments.h"

namespace prenorm::noise {

enum class Group : std::uint8_t { kNorm, kAttention, kFeedForward, kEmbedding, kOutput };

}  // namespace prenorm::noise

namespace prenorm {

template <>
struct EnumNames<noise::Group> {
  static constexpr std::array<std::pair<noise::Group, std::string_view>, 5> values{
      {{noise::Group::kNorm, "norm"},
       {noise::Group::kAttention, "attention"},
       {noise::Group::kFeedForward, "feed_forward"},
       {noise::Group::kEmbedding, "embedding"},
       {noise::Group::kOutput, "output"}}};
};

}  // namespace prenorm

namespace prenorm::noise {

// Norms: gains and biases of all of them. Attention and feed_forward: what else is in such a sublayer. Embedding:
// tables of tokens, positions and segments; a table that is also the output's is here. Output: the rest, which is
// heads.
Group group_of(std::string_view parameter);
// "encoder.layers.0"; "decoder.norm" for a stack's last norm; else the first part of the name, "embedding".
std::string layer_part(std::string_view parameter);

struct NamedMoments {
  std::string name;
  Moments moments;
};

// Sums over the parameters of each part that has any. Groups are in the order above, layers in the order of the
// parameters.
std::vector<NamedMoments> by_group(std::span<const NamedMoments> parameters);
std::vector<NamedMoments> by_layer(std::span<const NamedMoments> parameters);
Moments sum_of(std::span<const NamedMoments> parameters);

// The name of the sum over a whole model.
inline constexpr std::string_view kTotal = "total";

}  // namespace prenorm::noise
