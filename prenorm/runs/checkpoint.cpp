#include "prenorm/runs/checkpoint.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros_like.h>
#include <fmt/ranges.h>

#include "prenorm/base/error.h"
#include "prenorm/base/json.h"
#include "prenorm/base/version.h"
#include "prenorm/files/copy_synced.h"
#include "prenorm/files/file.h"
#include "prenorm/files/file_system.h"
#include "prenorm/files/hash.h"
#include "prenorm/files/json_file.h"
#include "prenorm/io/safetensors.h"
#include "prenorm/runs/copy_checkpoint.h"
#include "prenorm/runs/frozen_weights.h"

namespace prenorm::runs {
namespace fs = std::filesystem;
namespace {

constexpr const char* kModel = "model.safetensors";
constexpr const char* kOptimizer = "optimizer.safetensors";
constexpr const char* kState = "trainer.json";
constexpr const char* kHashes = "xxh3_128";
constexpr const char* kAdvice = "use another one (translate, evaluate: --checkpoint; train --resume: remove this one)";

void write_model(const fs::path& folder, const std::vector<nn::Parameter>& parameters) {
  io::NamedTensors tensors;
  for (const nn::Parameter& p : parameters) tensors.emplace_back(p.name, p.value);
  io::write_safetensors(folder / kModel, tensors, {{"format", "pt"}});
}

// trainer.json is written last and contains the hashes of the others, and of its own values without that hash.
void write_state(const fs::path& folder, nlohmann::json state, std::initializer_list<const char*> files) {
  state["prenorm_version"] = version();
  for (const char* file : files) state[kHashes][file] = hash_file_hex(folder / file);
  state[kHashes][kState] = hash_hex(state.dump());
  write_file_atomically(folder / kState, state.dump(2) + "\n");
}

bool is_undamaged(nlohmann::json state) {
  if (!state.is_object() || !state.contains(kHashes) || !state[kHashes].is_object()) return false;
  const nlohmann::json hash = state[kHashes][kState];
  state[kHashes].erase(kState);
  return hash == hash_hex(state.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

nlohmann::json read_state(const fs::path& folder) {
  const fs::path path = folder / kState;
  nlohmann::json state = read_json(path);
  if (!is_undamaged(state)) throw_error<CheckpointError>("{}: the checkpoint is damaged; {}", path.string(), kAdvice);
  return state;
}

TrainerState state_of(const fs::path& folder, const nlohmann::json& json) try {
  return json.get<TrainerState>();
} catch (const JsonError& error) {
  throw_error<CheckpointError>("{}: the checkpoint is damaged: {}; {}", (folder / kState).string(), error.what(),
                               kAdvice);
}

void check_file(const fs::path& folder, const nlohmann::json& state, const char* file) {
  const fs::path path = folder / file;
  const nlohmann::json& hashes = state.at(kHashes);
  if (!hashes.contains(file) || hashes.at(file) != hash_file_hex(path))
    throw_error<CheckpointError>("{}: the checkpoint is damaged (its hash differs from the one in {}); {}",
                                 path.string(), kState, kAdvice);
}

std::string shape_text(at::IntArrayRef shape) {
  return fmt::format("[{}]", fmt::join(shape.begin(), shape.end(), ", "));
}

io::TensorFile undamaged_weights(const fs::path& folder, const nlohmann::json& state) {
  check_file(folder, state, kModel);
  io::TensorFile weights = io::read_safetensors(folder / kModel);
  add_frozen(weights, folder, state);
  return weights;
}

io::TensorFile weights_of(const fs::path& folder, const nlohmann::json& state, const nn::Parameters& parameters) {
  io::TensorFile file = undamaged_weights(folder, state);
  if (parameters.options().parts.lora_rank == 0) merge_adapters(file, state);
  for (const nn::Parameter& p : parameters.list()) {
    const auto found = file.tensors.find(p.name);
    if (found == file.tensors.end())
      throw_error<CheckpointError>("{}: the checkpoint belongs to another architecture: it has no tensor {}",
                                   file.path.string(), p.name);
    if (found->second.sizes() != p.value.sizes())
      throw_error<CheckpointError>(
          "{}: the checkpoint belongs to another architecture: tensor {} is {} there and {} here", file.path.string(),
          p.name, shape_text(found->second.sizes()), shape_text(p.value.sizes()));
  }
  if (file.tensors.size() != parameters.list().size()) {
    for (const auto& tensor : file.tensors) {
      const std::string& name = tensor.first;
      const auto& list = parameters.list();
      if (std::none_of(list.begin(), list.end(), [&](const nn::Parameter& p) { return p.name == name; }))
        throw_error<CheckpointError>("{}: the checkpoint belongs to another architecture: this model has no tensor {}",
                                     file.path.string(), name);
    }
  }
  return file;
}

void use_weights(const io::TensorFile& file, nn::Parameters& parameters) {
  const at::NoGradGuard no_grad;
  for (const nn::Parameter& p : parameters.list()) p.value.copy_(file.at(p.name));
}

}  // namespace

void save_checkpoint(const fs::path& path, const nn::Parameters& parameters, const optim::Optimizer& optimizer,
                     const TrainerState& state) {
  AtomicDirectory folder(path);
  nlohmann::json json = state;
  write_frozen(path, parameters, json);
  write_model(folder.path(), parameters.trained());
  io::write_safetensors(folder.path() / kOptimizer, optimizer.state(),
                        {{"updates", std::to_string(optimizer.updates())}});
  write_state(folder.path(), std::move(json), {kModel, kOptimizer});
  folder.commit();
}

TrainerState load_checkpoint(const fs::path& path, nn::Parameters& parameters, optim::Optimizer& optimizer) {
  const nlohmann::json json = read_state(path);
  const io::TensorFile model = weights_of(path, json, parameters);
  check_file(path, json, kOptimizer);
  const io::TensorFile buffers = io::read_safetensors(path / kOptimizer);
  TrainerState state = state_of(path, json);
  for (const auto& [name, buffer] : optimizer.state())
    if (buffers.at(name).sizes() != buffer.sizes())
      throw_error<CheckpointError>(
          "{}: the checkpoint belongs to another optimizer or architecture: tensor {} is {} there and {} here",
          buffers.path.string(), name, shape_text(buffers.at(name).sizes()), shape_text(buffer.sizes()));
  use_weights(model, parameters);
  for (const auto& [name, buffer] : optimizer.state()) buffer.copy_(buffers.at(name));
  optimizer.set_updates(state.step);
  return state;
}

TrainerState load_state(const fs::path& path) { return state_of(path, read_state(path)); }

bool is_on_schedule(const fs::path& path) try {
  const nlohmann::json state = read_json(path / kState);
  return !state.is_object() || !state.contains("on_schedule") || state["on_schedule"] != false;
} catch (const FileError&) {
  return true;
}

io::TensorFile read_weights(const fs::path& path) {
  const nlohmann::json state = read_state(path);
  io::TensorFile weights = undamaged_weights(path, state);
  merge_adapters(weights, state);
  return weights;
}

nlohmann::json read_origin(const fs::path& path) { return read_state(path); }

void load_weights(const fs::path& path, nn::Parameters& parameters) {
  use_weights(weights_of(path, read_state(path), parameters), parameters);
}

void copy_checkpoint(const fs::path& from, const fs::path& to, const std::function<void(TrainerState&)>& change) {
  nlohmann::json json = read_state(from);
  if (!json.at(kHashes).contains(kOptimizer))
    throw_error<UsageError>("{}: has weights alone, no optimizer to continue with; name a checkpoint of training",
                            from.string());
  for (const char* file : {kModel, kOptimizer}) check_file(from, json, file);
  TrainerState state = state_of(from, json);
  change(state);
  json.update(nlohmann::json(state));
  json.erase(kHashes);
  AtomicDirectory folder(to);
  for (const char* file : {kModel, kOptimizer}) copy_synced(from / file, folder.path() / file);
  if (const fs::path frozen = from.parent_path() / kFrozenFile; is_there(frozen))
    copy_synced(frozen, to.parent_path() / kFrozenFile);
  write_state(folder.path(), std::move(json), {kModel, kOptimizer});
  folder.commit();
}

void save_weights(const fs::path& path, const nn::Parameters& parameters, const nlohmann::json& origin) {
  AtomicDirectory folder(path);
  write_model(folder.path(), parameters.list());
  write_state(folder.path(), origin, {kModel});
  folder.commit();
}

void average_checkpoints(const fs::path& path, std::span<const fs::path> checkpoints, nn::Parameters& parameters) {
  at::Tensor values = parameters.trained_values();
  at::Tensor sum = at::zeros_like(values, at::kDouble);
  std::vector<std::string> names;
  for (const fs::path& checkpoint : checkpoints) {
    load_weights(checkpoint, parameters);
    sum += values;
    names.push_back(checkpoint.filename().string());
  }
  const at::NoGradGuard no_grad;
  values.copy_(sum / static_cast<double>(checkpoints.size()));
  AtomicDirectory folder(path);
  nlohmann::json origin{{"average_of", names}};
  write_frozen(path, parameters, origin);
  write_model(folder.path(), parameters.trained());
  write_state(folder.path(), std::move(origin), {kModel});
  folder.commit();
}

}  // namespace prenorm::runs
