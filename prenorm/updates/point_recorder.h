// Keeps what observation points show: the squared norm of every row (a token's state), and what is needed beside it.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "prenorm/nn/context.h"

namespace prenorm::updates {

// Of all rows shown at one point.
struct PointRecord {
  std::string name;
  std::int64_t d_model = 0;
  std::vector<double> squared_norms;
  std::vector<double> variances;            // of a row's elements, biased: σ² of the LayerNorm that reads it
  std::vector<double> attention_entropies;  // of a row of probabilities, nats; attention points have these alone
  std::vector<double> uniform_entropies;    // ln of the keys that row could see

  double rms() const;  // √ of the mean square of all elements
};

class PointRecorder {
 public:
  // For so many workers (ShareWorkers::count()), each with an observer of its own. `wanted` chooses the points; those
  // whose name ends in attention_probabilities are shown only where Context::observe_attention asks for them.
  explicit PointRecorder(
      std::int64_t workers, std::function<bool(std::string_view point)> wanted = [](std::string_view) { return true; });
  PointRecorder(const PointRecorder&) = delete;
  PointRecorder& operator=(const PointRecorder&) = delete;

  std::span<const nn::Observer> observers() const { return observers_; }
  // In the order of computation; rows in the order of the workers.
  std::vector<PointRecord> points() const;

 private:
  std::function<bool(std::string_view)> wanted_;
  std::vector<std::vector<PointRecord>> records_;  // of each worker
  std::vector<nn::Observer> observers_;
};

}  // namespace prenorm::updates
