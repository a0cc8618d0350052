// The tensors of a foreign folder, matched to a layout.
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "prenorm/huggingface/layout.h"
#include "prenorm/io/safetensors.h"

namespace prenorm::huggingface {

using TensorsByName = std::map<std::string, at::Tensor>;

// model.safetensors, or the files that model.safetensors.index.json names. Errors: FileError if there is neither or one
// cannot be read, CheckpointError if one is damaged, or has missing or other tensors than the index says.
TensorsByName read_tensors(const std::filesystem::path& folder);

// Renames tensors to the names in `layout`: older checkpoints call LN's weights gamma and beta, and those of a model
// without heads leave out the prefix. Tensors outside the layout keep their names. Errors: CheckpointError for two
// names of one tensor; messages call the folder `folder`.
TensorsByName by_known_names(const Layout& layout, const TensorsByName& tensors, const std::filesystem::path& folder);

struct FittedTensors {
  io::NamedTensors ours;              // float32, in the layout's order
  std::vector<std::string> left_out;  // tensors that we do not use: buffers, and heads that were not requested
};

// `tensors` have known names. Errors: CheckpointError naming every tensor that is missing, has another shape or type,
// has values that our models cannot use, or is not part of the architecture.
FittedTensors fit(const Layout& layout, const TensorsByName& tensors, const std::filesystem::path& folder);

}  // namespace prenorm::huggingface
