// The gradient noise scale of a run: of each group of parameters and each layer, averaged over updates. Its state is
// part of a checkpoint (trainer.json).
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "prenorm/config/train_config.h"
#include "prenorm/noise/mean_moments.h"
#include "prenorm/noise/parts.h"

namespace prenorm::noise {

struct PartMean {
  std::string name;
  MeanMoments moments{};
};

// A batch of single examples with the moments of each parameter that was measured.
struct BatchMoments {
  std::vector<NamedMoments> parameters;
  std::int64_t examples = 0, target_tokens = 0;
};

class Tracker {
 public:
  // Adds an update. With a measurement other than that of the updates before, the means start again. Fewer than two
  // examples, or a moment that is not finite or out of all bounds, give no estimate: such an update only counts.
  // `keep`: the weight of the past (MeanMoments). Errors: UsageError for kOff.
  void add(NoiseScale measured, const BatchMoments& batch, double keep);

  // Whether no update was added.
  bool empty() const { return updates_ == 0 && updates_without_estimate_ == 0; }
  std::int64_t updates() const { return updates_; }  // that gave an estimate
  std::int64_t updates_without_estimate() const { return updates_without_estimate_; }
  // Means with the weights of the moments; 0 without an estimate.
  double examples() const { return examples_; }
  double target_tokens_per_example() const { return examples_ > 0 ? target_tokens_ / examples_ : 0; }
  // In the order of parts.h; the whole model, kTotal, is the last group if all parameters that train are measured.
  const std::vector<PartMean>& groups() const { return groups_; }
  const std::vector<PartMean>& layers() const { return layers_; }
  // All that is measured: kTotal, or the norms alone. nullptr without an estimate.
  const MeanMoments* whole() const { return groups_.empty() ? nullptr : &groups_.back().moments; }

 private:
  std::string measured_;
  std::int64_t updates_ = 0, updates_without_estimate_ = 0;
  double examples_ = 0, target_tokens_ = 0;
  std::vector<PartMean> groups_, layers_;

  friend void to_json(nlohmann::json& json, const Tracker& tracker);
  friend void from_json(const nlohmann::json& json, Tracker& tracker);
  template <class Fields, class T>
  friend void tracker_members(Fields&& fields, T& tracker);
};

// Errors when reading: JsonError.
void to_json(nlohmann::json& json, const PartMean& part);
void from_json(const nlohmann::json& json, PartMean& part);
void to_json(nlohmann::json& json, const Tracker& tracker);
void from_json(const nlohmann::json& json, Tracker& tracker);

}  // namespace prenorm::noise
