// Statistics of the most recent updates, used to detect spikes and to write a diagnosis.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace prenorm::runs {

// Figures of one parameter tensor in one update.
struct TensorUpdate {
  double gradient = 0;  // L2 norm, for the mean loss, before clipping
  double weight = 0;    // L2 norm after the update
  double ratio = 0;     // ‖Δw‖/‖w‖; 0 if the weights are all zero
};

// An update that was made.
struct UpdateRecord {
  std::int64_t step = 0;
  std::int64_t epoch = 0, batch = 0, batches = 0;  // the first of its batches, and their number
  double learning_rate = 0;
  double loss = 0, nll = 0;           // nats per target token
  double grad_norm = 0;               // L2, before clipping
  std::vector<TensorUpdate> tensors;  // in the order of the model's parameters; empty if they were not measured
};

void to_json(nlohmann::json& json, const UpdateRecord& record);
void from_json(const nlohmann::json& json, UpdateRecord& record);

// In order of updates. It is part of a checkpoint, so that a resumed run has the same history as one that was never
// stopped.
class UpdateHistory {
 public:
  // Rounds the figures of tensors to five digits, and drops the oldest updates beyond `capacity`.
  void add(UpdateRecord record, std::int64_t capacity);
  const std::deque<UpdateRecord>& updates() const { return updates_; }
  // The last one whose tensors were measured; null if there is none.
  const UpdateRecord* last_measured() const;

  // Median over all kept updates; 0 if there are too few (under 16) to know what is usual.
  double usual_loss() const;
  double usual_grad_norm() const;
  // Mean over the kept updates.
  double mean_nll() const;

  // Names of the parameters, in the order of UpdateRecord::tensors.
  std::vector<std::string> parameters;

 private:
  friend void to_json(nlohmann::json& json, const UpdateHistory& history);
  friend void from_json(const nlohmann::json& json, UpdateHistory& history);
  std::deque<UpdateRecord> updates_;
};

}  // namespace prenorm::runs
