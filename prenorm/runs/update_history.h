// The last updates of a run in numbers: what a spike is told by, and what a diagnosis is made from.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace prenorm::runs {

// Of one parameter tensor in one update.
struct TensorUpdate {
  double gradient = 0;  // L2 norm, of the mean loss, before clipping
  double weight = 0;    // L2 norm after the update
  double ratio = 0;     // ‖Δw‖ / ‖w‖; 0 where the weights are all zero
};

// An update that was made.
struct UpdateRecord {
  std::int64_t step = 0;
  std::int64_t epoch = 0, batch = 0, batches = 0;  // the first of its batches, and how many
  double learning_rate = 0;
  double loss = 0, nll = 0;           // nats per target token
  double grad_norm = 0;               // L2, before clipping
  std::vector<TensorUpdate> tensors;  // in the order of the model's parameters; empty where they were not measured
};

void to_json(nlohmann::json& json, const UpdateRecord& record);
void from_json(const nlohmann::json& json, UpdateRecord& record);

// In order of updates. It is part of a checkpoint: a run that goes on remembers what one that never stopped would.
class UpdateHistory {
 public:
  // Rounds what was measured of tensors to five digits, and drops the oldest updates beyond `capacity`.
  void add(UpdateRecord record, std::int64_t capacity);
  const std::deque<UpdateRecord>& updates() const { return updates_; }
  // The last one whose tensors were measured; null where there is none.
  const UpdateRecord* last_measured() const;

  // Of all updates kept; 0 where they are too few (under 16) to tell what is usual.
  double usual_loss() const;
  double usual_grad_norm() const;
  // Mean of the updates kept.
  double mean_nll() const;

  // Names of the parameters, in the order of UpdateRecord::tensors.
  std::vector<std::string> parameters;

 private:
  friend void to_json(nlohmann::json& json, const UpdateHistory& history);
  friend void from_json(const nlohmann::json& json, UpdateHistory& history);
  std::deque<UpdateRecord> updates_;
};

}  // namespace prenorm::runs
