// Weights of an architecture without a model that computes with them.
#pragma once

#include <filesystem>

#include "prenorm/huggingface/layout.h"
#include "prenorm/io/safetensors.h"
#include "prenorm/nn/parameters.h"

namespace prenorm::huggingface {

// Parameters with our names and shapes, complete and zero.
nn::Parameters empty_parameters(const Layout& layout);

// Their tensors, constants included, in the layout's order.
io::NamedTensors to_theirs(const Layout& layout, const nn::Parameters& parameters);

}  // namespace prenorm::huggingface
