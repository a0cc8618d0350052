// Parses the names of parameters and observation points.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "prenorm/config/stacks.h"

namespace prenorm::nn {

// The layer of "encoder.layers.3.feed_forward.up.bias"; nullopt for a parameter outside layers.
std::optional<Layer> layer_of(std::string_view parameter);
// "encoder.layers.3" for a parameter of a layer; else the first part of its name, "embedding" for "embedding.weight".
std::string layer_name(std::string_view parameter);

}  // namespace prenorm::nn
