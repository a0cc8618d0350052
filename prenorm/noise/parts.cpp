#include "prenorm/noise/parts.h"

#include <algorithm>

#include "prenorm/config/name_patterns.h"
#include "prenorm/nn/parameter_names.h"

namespace prenorm::noise {
namespace {

bool is_of_a_norm(std::string_view parameter) {
  static const config::NamePatterns norms = config::trainable_patterns("norm");
  return config::any_matches(norms, parameter);
}

bool is_table(std::string_view parameter) {
  static const config::NamePatterns tables = config::trainable_patterns("*embedding.*, *positions.*, segments.*");
  return config::any_matches(tables, parameter);
}

Moments& part_in(std::vector<NamedMoments>& parts, std::string_view name) {
  const auto found = std::find_if(parts.begin(), parts.end(), [&](const NamedMoments& p) { return p.name == name; });
  return found != parts.end() ? found->moments : parts.emplace_back(NamedMoments{std::string(name), {}}).moments;
}

}  // namespace

Group group_of(std::string_view parameter) {
  if (is_of_a_norm(parameter)) return Group::kNorm;
  if (nn::layer_of(parameter)) {
    for (const Sublayer attention : {Sublayer::kSelfAttention, Sublayer::kCrossAttention})
      if (parameter.find(enum_name(attention)) != std::string_view::npos) return Group::kAttention;
    return Group::kFeedForward;
  }
  return is_table(parameter) ? Group::kEmbedding : Group::kOutput;
}

std::string layer_part(std::string_view parameter) {
  const std::string name = nn::layer_name(parameter);
  for (const Stack stack : kStacks)
    if (name == enum_name(stack)) return std::string(parameter.substr(0, parameter.rfind('.')));
  return name;
}

std::vector<NamedMoments> by_group(std::span<const NamedMoments> parameters) {
  std::vector<NamedMoments> groups;
  for (const auto& [group, name] : EnumNames<Group>::values) groups.push_back({std::string(name), {}});
  std::array<bool, EnumNames<Group>::values.size()> used{};
  for (const NamedMoments& p : parameters) {
    const auto group = static_cast<std::size_t>(group_of(p.name));
    groups[group].moments += p.moments;
    used[group] = true;
  }
  std::vector<NamedMoments> result;
  for (std::size_t i = 0; i < groups.size(); ++i)
    if (used[i]) result.push_back(std::move(groups[i]));
  return result;
}

std::vector<NamedMoments> by_layer(std::span<const NamedMoments> parameters) {
  std::vector<NamedMoments> layers;
  for (const NamedMoments& p : parameters) part_in(layers, layer_part(p.name)) += p.moments;
  return layers;
}

Moments sum_of(std::span<const NamedMoments> parameters) {
  Moments sum;
  for (const NamedMoments& p : parameters) sum += p.moments;
  return sum;
}

}  // namespace prenorm::noise
