// Records observation points: the squared norm of every row (a token's state) and related figures.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "prenorm/nn/context.h"

namespace prenorm::updates {

// The cosines of pairs of rows.
struct PairCosines {
  double sum = 0, pairs = 0;

  double mean() const { return sum / pairs; }  // NaN without pairs
};

// Figures of all rows observed at one point.
struct PointRecord {
  std::string name;
  std::int64_t d_model = 0;
  std::vector<double> squared_norms{};
  std::vector<double> variances{};  // biased variance of each row's elements: σ² of the LayerNorm that reads it
  std::vector<double> attention_entropies{};  // one per row of probabilities, nats; attention points have only these
  std::vector<double> uniform_entropies{};    // and ln of the number of keys that each row could attend to
  std::vector<double> lengths{};              // number of rows of each sequence; points named `.index` have only these
  PairCosines same_sequence{}, other_sequence{};  // of rows, if Context::observe_sequences is set

  double rms() const;  // √ of the mean square of all elements
};

class PointRecorder {
 public:
  // Each of `workers` workers (ShareWorkers::count()) has its own observer. `wanted` selects the points. Points whose
  // names end in attention_probabilities are observed only if Context::observe_attention is set.
  explicit PointRecorder(
      std::int64_t workers, std::function<bool(std::string_view point)> wanted = [](std::string_view) { return true; });
  PointRecorder(const PointRecorder&) = delete;
  PointRecorder& operator=(const PointRecorder&) = delete;

  std::span<const nn::Observer> observers() const { return observers_; }
  // In the order of computation, with rows in the order of the workers.
  std::vector<PointRecord> points() const;

 private:
  std::function<bool(std::string_view)> wanted_;
  std::vector<std::vector<PointRecord>> records_;  // one list per worker
  std::vector<std::vector<double>> lengths_;       // per worker: the sequences of what it computes
  std::vector<nn::Observer> observers_;
};

}  // namespace prenorm::updates
