#include "prenorm/nn/parameter_names.h"

#include <fmt/format.h>

#include <charconv>

namespace prenorm::nn {

std::optional<Layer> layer_of(std::string_view parameter) {
  for (const Stack stack : kStacks) {
    const std::string start = fmt::format("{}.layers.", enum_name(stack));
    if (!parameter.starts_with(start)) continue;
    const std::string_view rest = parameter.substr(start.size());
    Layer layer{stack, 0};
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), layer.index);
    if (error == std::errc()) return layer;
  }
  return std::nullopt;
}

std::string layer_name(std::string_view parameter) {
  if (const auto layer = layer_of(parameter)) return fmt::format("{}.layers.{}", enum_name(layer->stack), layer->index);
  return std::string(parameter.substr(0, parameter.find('.')));
}

}  // namespace prenorm::nn
