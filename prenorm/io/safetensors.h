// Tensors by name in the safetensors format: 8 bytes of little-endian header length, a JSON header, the bytes. Other
// tools read what is written here; what is read here may come from anywhere, so every offset is checked before use.
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace prenorm::io {

using NamedTensors = std::vector<std::pair<std::string, at::Tensor>>;

struct TensorFile {
  std::map<std::string, at::Tensor> tensors;
  std::map<std::string, std::string> metadata;

  // Errors: CheckpointError naming the file and the tensor that is missing.
  const at::Tensor& at(const std::string& name) const;
  std::filesystem::path path;
};

// float32, float64, float16, bfloat16, int64, int32, uint8 and bool tensors on any device, any strides. The file
// appears whole or not at all. Errors: FileError, also for a name used twice and for text that is not UTF-8.
void write_safetensors(const std::filesystem::path& path, const NamedTensors& tensors,
                       const std::map<std::string, std::string>& metadata = {});

// Errors: FileError for a file that cannot be read, CheckpointError for one that is not well-formed (truncated, holes,
// overlaps, unknown types, sizes that do not fit).
TensorFile read_safetensors(const std::filesystem::path& path);

}  // namespace prenorm::io
