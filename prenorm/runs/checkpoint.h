// A checkpoint: a folder with weights, optimizer buffers and everything else that the next update depends on. It
// appears whole or not at all, and all of it is checked for damage before any of it is used. Weights that do not train
// lie beside it (frozen_weights.h). Adapters are added to their matrices wherever the model that is loaded has none.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "prenorm/io/safetensors.h"
#include "prenorm/nn/parameters.h"
#include "prenorm/noise/tracker.h"
#include "prenorm/optim/optimizer.h"
#include "prenorm/runs/update_history.h"

namespace prenorm::runs {

// Sums since the last line of metrics.jsonl.
struct WindowSums {
  double loss_nats = 0, nll_nats = 0;
  std::int64_t target_tokens = 0, source_tokens = 0;
  double seconds = 0;
};

// Batches skipped because of a fault: `batches` of them from batch `batch` of epoch `epoch` on.
struct SkippedBatches {
  std::int64_t update = 0;  // the update that they would have made
  std::int64_t epoch = 0, batch = 0, batches = 0;
};

// Number of losses of which train.diverged_loss_ratio takes the median.
inline constexpr std::int64_t kLossesToJudge = 16;

struct TrainerState {
  std::int64_t step = 0;              // updates done
  std::int64_t epoch = 0, batch = 0;  // the next batch
  std::int64_t target_tokens = 0;     // trained on so far
  std::int64_t batches = 0;           // trained on so far; 0 in checkpoints of older versions
  double seconds = 0;                 // spent on updates so far
  double best_value = 0;              // value of train.best_metric; meaningful if best_step > 0
  std::int64_t best_step = 0;
  std::int64_t validations_without_improvement = 0;
  double first_loss = 0;  // loss of update 1, nats per target token; 0 = unknown, in checkpoints of older versions
  std::vector<double> recent_losses;  // losses of the last kLossesToJudge updates, oldest first
  WindowSums window;
  std::int64_t faults = 0, faults_in_a_row = 0;  // the latter is reset once past_faults is reached
  std::int64_t past_faults = 0;                  // the update after which the run is past its faults
  std::vector<SkippedBatches> skipped;
  double rate_sum = 0;      // sum over all updates in units of optim.lr: the equivalent number of updates at full rate
  double unigram_nats = 0;  // Task::unigram_nats()
  UpdateHistory history;
  noise::Tracker noise_scale;  // empty with train.noise_scale = "off", and in checkpoints of older versions
  std::string data;            // Task::data_key()
  // What the bits of the run depend on in addition to its configuration: the number of workers that shared a batch, and
  // the instruction level of the kernels; 0 and "" in checkpoints of older versions.
  std::int64_t workers = 0;
  std::string cpu_level;
  bool on_schedule = true;  // false: written only because the run was stopped here; deleted when the run is resumed
};

// The format of trainer.json; trainer_state_json.cpp gives each number its range. Errors when reading: JsonError.
void to_json(nlohmann::json& json, const WindowSums& window);
void from_json(const nlohmann::json& json, WindowSums& window);
void to_json(nlohmann::json& json, const SkippedBatches& skipped);
void from_json(const nlohmann::json& json, SkippedBatches& skipped);
void to_json(nlohmann::json& json, const TrainerState& state);
void from_json(const nlohmann::json& json, TrainerState& state);

// Errors: FileError (full disk, no permission), in which case an older checkpoint at `path` is kept.
void save_checkpoint(const std::filesystem::path& path, const nn::Parameters& parameters,
                     const optim::Optimizer& optimizer, const TrainerState& state);

// Errors: FileError; CheckpointError naming the damaged file or the tensor that does not match this model.
TrainerState load_checkpoint(const std::filesystem::path& path, nn::Parameters& parameters,
                             optim::Optimizer& optimizer);
// Loads only the state. Errors: FileError, CheckpointError.
TrainerState load_state(const std::filesystem::path& path);
// TrainerState::on_schedule of a checkpoint, read without the rest of it; true if it cannot be read.
bool is_on_schedule(const std::filesystem::path& path);
// All weights of an undamaged checkpoint of any model. Errors: FileError, CheckpointError.
io::TensorFile read_weights(const std::filesystem::path& path);
// What is beside the weights: the state of training, or the `origin` of save_weights(). Errors: FileError,
// CheckpointError.
nlohmann::json read_origin(const std::filesystem::path& path);
// Loads only the weights.
void load_weights(const std::filesystem::path& path, nn::Parameters& parameters);

// Writes a checkpoint of all weights, without an optimizer. It can be used, or other runs can start from it, but it
// cannot be resumed. `origin`: where the weights come from, for readers of its trainer.json. Errors: FileError.
void save_weights(const std::filesystem::path& path, const nn::Parameters& parameters, const nlohmann::json& origin);

// Writes a checkpoint at `path` whose weights are the mean of those of `checkpoints` (not empty); it has no optimizer.
// The sum is taken in float64. Leaves `parameters` at the mean.
void average_checkpoints(const std::filesystem::path& path, std::span<const std::filesystem::path> checkpoints,
                         nn::Parameters& parameters);

}  // namespace prenorm::runs
