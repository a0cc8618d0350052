// The tensors of a folder that others wrote, and what of them a layout asks for.
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

// model.safetensors, or the files that model.safetensors.index.json names. Errors: FileError where there is neither or
// one cannot be read, CheckpointError where one is damaged, or has no or other tensors than the index says.
TensorsByName read_tensors(const std::filesystem::path& folder);

// Names as `layout` has them: older checkpoints call LN's weights gamma and beta, and those of a model without heads
// leave out the prefix. What has no place in the layout keeps its name.
// Errors: CheckpointError for two names of one tensor; `folder` stands in messages.
TensorsByName by_known_names(const Layout& layout, const TensorsByName& tensors, const std::filesystem::path& folder);

struct FittedTensors {
  io::NamedTensors ours;              // float32, in the layout's order
  std::vector<std::string> left_out;  // tensors that ours has no use for: buffers, and heads that were not asked for
};

// `tensors` have known names. Errors: CheckpointError naming every tensor that is missing, has another shape or type,
// has other values than ours computes with, or has no place in the architecture.
FittedTensors fit(const Layout& layout, const TensorsByName& tensors, const std::filesystem::path& folder);

}  // namespace prenorm::huggingface
