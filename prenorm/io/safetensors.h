// Tensors by name in the safetensors format: 8 bytes of little-endian header length, a JSON header, the data. Other
// tools read our files, and files that we read may come from anywhere, so every offset is checked before use.
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

  // Errors: CheckpointError naming the file and the missing tensor.
  const at::Tensor& at(const std::string& name) const;
  std::filesystem::path path;
};

// Writes float32, float64, float16, bfloat16, int64, int32, uint8 and bool tensors on any device, with any strides. The
// file appears whole or not at all. Errors: FileError, also for a name used twice and for text that is not UTF-8.
void write_safetensors(const std::filesystem::path& path, const NamedTensors& tensors,
                       const std::map<std::string, std::string>& metadata = {});

// Errors: FileError if the file cannot be read, CheckpointError if it is malformed (truncated, holes, overlaps, unknown
// types, inconsistent sizes).
TensorFile read_safetensors(const std::filesystem::path& path);

}  // namespace prenorm::io
