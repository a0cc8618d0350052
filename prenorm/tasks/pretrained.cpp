#include "prenorm/tasks/pretrained.h"

#include <ATen/core/grad_mode.h>
#include <fmt/ranges.h>

#include "prenorm/base/error.h"
#include "prenorm/base/terminal.h"
#include "prenorm/config/load.h"
#include "prenorm/io/safetensors.h"

namespace prenorm::tasks {
namespace fs = std::filesystem;
using training::RunFolder;

PretrainedRun pretrained_run(const Config& config) {
  const fs::path path = RunFolder(config.train.pretrained).path();
  const bool names_checkpoint = path.parent_path().filename() == "checkpoints";
  RunFolder folder(names_checkpoint ? path.parent_path().parent_path() : path);
  fs::path checkpoint = folder.find_checkpoint(names_checkpoint ? path.filename().string() : "");
  return {std::move(folder), std::move(checkpoint)};
}

Config with_pretrained_model(Config config) {
  if (config.train.pretrained.empty()) return config;
  const ModelConfig mine = config.model;
  config.model = load_run_config(pretrained_run(config).folder.path()).config.model;
  config.model.dropout = mine.dropout;
  config.model.attention_dropout = mine.attention_dropout;
  config.model.activation_dropout = mine.activation_dropout;
  return config;
}

void load_pretrained(const Config& config, nn::Parameters& parameters) {
  if (config.train.pretrained.empty()) return;
  const fs::path file = pretrained_run(config).checkpoint / "model.safetensors";
  const io::TensorFile tensors = io::read_safetensors(file);
  const at::NoGradGuard no_grad;
  std::int64_t copied = 0;
  std::vector<std::string> fresh;
  for (const nn::Parameter& p : parameters.list()) {
    const auto found = tensors.tensors.find(p.name);
    if (found == tensors.tensors.end()) {
      fresh.push_back(p.name);
      continue;
    }
    if (found->second.sizes() != p.value.sizes())
      throw_error<CheckpointError>("{}: tensor {} has shape [{}], this model's has [{}]", file.string(), p.name,
                                   fmt::join(found->second.sizes(), ", "), fmt::join(p.value.sizes(), ", "));
    p.value.copy_(found->second);
    ++copied;
  }
  if (copied == 0) throw_error<CheckpointError>("{}: no tensor has a name of this model", file.string());
  inform(fmt::format("{}: {} tensors taken over{}", file.string(), copied,
                     fresh.empty() ? "" : fmt::format("; new: {}", fmt::join(fresh, ", "))));
}

}  // namespace prenorm::tasks
