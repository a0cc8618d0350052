#include "prenorm/app/pretrained.h"

#include <ATen/core/grad_mode.h>
#include <fmt/ranges.h>

#include "prenorm/base/error.h"
#include "prenorm/config/fields.h"
#include "prenorm/config/load.h"
#include "prenorm/io/safetensors.h"
#include "prenorm/machine/terminal.h"
#include "prenorm/runs/checkpoint.h"
#include "prenorm/runs/read_checkpoint.h"

namespace prenorm::app {
namespace fs = std::filesystem;
using runs::RunFolder;

PretrainedRun pretrained_run(const Config& config) {
  const fs::path path = RunFolder(config.train.pretrained).path();
  const bool names_checkpoint = path.parent_path().filename() == "checkpoints";
  RunFolder folder(names_checkpoint ? path.parent_path().parent_path() : path);
  fs::path checkpoint = folder.find_checkpoint(names_checkpoint ? path.filename().string() : "");
  return {std::move(folder), std::move(checkpoint)};
}

namespace {

bool is_dropout(const config::Field& field) { return field.key.ends_with("dropout"); }

// A key given another value than the run has would have no effect.
void check_agreement(const Config& asked, const Config& run, const fs::path& path) {
  Config mine = asked, theirs = run, defaults;
  const auto fields = config::fields_of(mine), others = config::fields_of(theirs), usual = config::fields_of(defaults);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].section != "model" || is_dropout(fields[i])) continue;
    const std::string value = config::value_text(fields[i]), other = config::value_text(others[i]);
    if (value != other && value != config::value_text(usual[i]))
      throw_error<UsageError>("{} = {}: train.pretrained brings its own [model], in which {} has {}; leave the key out",
                              fields[i].key, value, path.string(), other);
  }
}

// The weights of heads, which depend on the classes and the task.
bool starts_anew(std::string_view name) { return name.starts_with("classifier."); }

}  // namespace

Config with_pretrained_model(Config config) {
  if (config.train.pretrained.empty()) return config;
  const fs::path run = pretrained_run(config).folder.path();
  const Config theirs = load_run_config(run).config;
  check_agreement(config, theirs, run);
  const ModelConfig mine = config.model;
  config.model = theirs.model;
  config.model.dropout = mine.dropout;
  config.model.attention_dropout = mine.attention_dropout;
  config.model.activation_dropout = mine.activation_dropout;
  // The ids refer to the tokenizer, which is taken over too.
  if (config.task == theirs.task && config.decode.end_ids.empty() && config.tokenizer.source_model.empty())
    config.decode.end_ids = theirs.decode.end_ids;
  return config;
}

void load_pretrained(const Config& config, nn::Parameters& parameters) {
  if (config.train.pretrained.empty()) return;
  const io::TensorFile file =
      runs::read_checkpoint([&] { return pretrained_run(config).checkpoint; }, runs::read_weights);
  const at::NoGradGuard no_grad;
  std::int64_t copied = 0;
  bool layers = false;
  std::vector<std::string> fresh;
  for (const nn::Parameter& p : parameters.list()) {
    if (p.name.ends_with(nn::kLoraA) || p.name.ends_with(nn::kLoraB)) continue;
    const auto found = file.tensors.find(p.name);
    if (found == file.tensors.end() || starts_anew(p.name)) {
      fresh.push_back(p.name);
      continue;
    }
    if (found->second.sizes() != p.value.sizes())
      throw_error<CheckpointError>("{}: tensor {} has shape [{}], this model's has [{}]", file.path.string(), p.name,
                                   fmt::join(found->second.sizes(), ", "), fmt::join(p.value.sizes(), ", "));
    p.value.copy_(found->second);
    layers = layers || p.name.find(".layers.") != std::string::npos;
    ++copied;
  }
  if (!layers)
    throw_error<CheckpointError>("{}: has no layer of this model; name a run of a similar model in train.pretrained",
                                 file.path.string());
  inform(fmt::format("{}: {} tensors copied{}", file.path.string(), copied,
                     fresh.empty() ? "" : fmt::format("; new: {}", fmt::join(fresh, ", "))));
}

}  // namespace prenorm::app
