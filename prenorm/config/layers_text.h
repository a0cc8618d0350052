// Human-readable description of a model's depth.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>

namespace prenorm {

// "6+6", or "6" for a single stack.
inline std::string layers_text(std::int64_t encoder_layers, std::int64_t decoder_layers) {
  if (encoder_layers == 0 || decoder_layers == 0) return fmt::format("{}", encoder_layers + decoder_layers);
  return fmt::format("{}+{}", encoder_layers, decoder_layers);
}

}  // namespace prenorm
