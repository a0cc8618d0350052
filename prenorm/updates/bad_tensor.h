// Finds the origin of NaN, infinity or numbers far out of range.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "prenorm/updates/task.h"

namespace prenorm::updates {

// A batch of an update and the context in which it was computed.
struct MicroBatch {
  std::int64_t epoch = 0, batch = 0;
  nn::Context context;
};

// In the order of computation.
enum class TensorKind : std::uint8_t { kWeight, kActivation, kLoss, kGradient, kNone };

// The size of the states at an observation point: root of the mean square, and largest magnitude.
struct PointSize {
  std::string point;
  double rms = 0, largest = 0;
};

struct BadTensor {
  TensorKind kind = TensorKind::kNone;
  std::string name{};  // the parameter or the point
  std::string what{};  // "gradient of embedding.weight is not finite", "activation encoder.layers.0.feed_forward.branch
                       // reaches 3e+07", ...
  MicroBatch where{};  // the first batch in which it shows
  std::vector<PointSize> before{};  // the points of that share up to this tensor, including it if it is one
};

bool all_finite(const at::Tensor& x);
// The name of the first weight that is not finite; empty if there is none.
std::string first_non_finite_weight(const nn::Parameters& parameters);

BadTensor weight_not_finite(const std::string& name);
// Computes the update's batches (not empty) again with an observer. Returns the first tensor, in the order of
// computation, that is not finite or exceeds `largest` in magnitude. Overwrites the gradients.
BadTensor find_bad_tensor(Task& task, std::span<const MicroBatch> batches, double largest);

}  // namespace prenorm::updates
