#include "prenorm/runs/frozen_weights.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/mm.h>

#include <string>

#include "prenorm/base/error.h"
#include "prenorm/files/file_system.h"
#include "prenorm/files/hash.h"

namespace prenorm::runs {
namespace fs = std::filesystem;
namespace {

constexpr const char* kFrozen = "frozen";
constexpr const char* kHash = "values_xxh3_128";
constexpr const char* kLoraScale = "lora_scale";

// Covers names and values, whatever the order and the header of their file.
std::string hash_of(const std::map<std::string, at::Tensor>& tensors) {
  std::string text;
  for (const auto& [name, tensor] : tensors) {
    const at::Tensor bytes = tensor.detach().cpu().contiguous();
    text +=
        fmt::format("{} {}\n", name,
                    hash_hex({static_cast<const char*>(bytes.data_ptr()), static_cast<std::size_t>(bytes.nbytes())}));
  }
  return hash_hex(text);
}

// best and last are links into the folder of the checkpoints.
fs::path frozen_beside(const fs::path& checkpoint) {
  std::error_code error;
  const fs::path real = fs::canonical(checkpoint, error);
  return (error ? checkpoint : real).parent_path() / kFrozenFile;
}

}  // namespace

void write_frozen(const fs::path& checkpoint, const nn::Parameters& parameters, nlohmann::json& state) {
  if (parameters.options().parts.lora_rank > 0) state[kLoraScale] = parameters.options().parts.lora_scale;
  if (parameters.all_train()) return;
  std::map<std::string, at::Tensor> frozen;
  for (const nn::Parameter& p : parameters.list())
    if (!p.trains()) frozen.emplace(p.name, p.value);
  state[kFrozen] = {{"file", kFrozenFile}, {kHash, hash_of(frozen)}};
  const fs::path path = checkpoint.parent_path() / kFrozenFile;
  if (!is_there(path)) io::write_safetensors(path, {frozen.begin(), frozen.end()}, {{"format", "pt"}});
}

void add_frozen(io::TensorFile& weights, const fs::path& checkpoint, const nlohmann::json& state) {
  if (!state.contains(kFrozen)) return;
  const fs::path path = frozen_beside(checkpoint);
  if (!is_there(path))
    throw_error<CheckpointError>(
        "{}: is missing, and {} has only the weights that its run trained; bring the file back, which lies beside the "
        "checkpoints of their run",
        path.string(), checkpoint.string());
  io::TensorFile frozen = io::read_safetensors(path);
  const nlohmann::json& reference = state.at(kFrozen);
  if (!reference.is_object() || !reference.contains(kHash) || reference.at(kHash) != hash_of(frozen.tensors))
    throw_error<CheckpointError>(
        "{}: is damaged or of another run (its hash differs from the one in trainer.json of {}); bring the run's own "
        "file back",
        path.string(), checkpoint.string());
  weights.tensors.merge(frozen.tensors);
}

void merge_adapters(io::TensorFile& weights, const nlohmann::json& state) {
  if (!state.contains(kLoraScale)) return;
  const at::NoGradGuard no_grad;
  const double scale = state.at(kLoraScale).get<double>();
  std::vector<std::string> linears;
  for (const auto& entry : weights.tensors)
    if (entry.first.ends_with(nn::kLoraA)) linears.push_back(entry.first.substr(0, entry.first.rfind('.')));
  for (const std::string& linear : linears) {
    const std::string a = linear + std::string(nn::kLoraA), b = linear + std::string(nn::kLoraB);
    at::Tensor& matrix = weights.tensors.at(linear + ".weight");
    const at::Tensor update = at::mm(weights.at(b).to(at::kDouble), weights.at(a).to(at::kDouble));
    matrix = (matrix.to(at::kDouble) + scale * update).to(matrix.scalar_type());
    weights.tensors.erase(a);
    weights.tensors.erase(b);
  }
}

}  // namespace prenorm::runs
