// Where NaN or infinity came from.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "prenorm/training/task.h"

namespace prenorm::training {

// A batch of an update and how it was computed.
struct MicroBatch {
  std::int64_t epoch = 0, batch = 0;
  nn::Context context;
};

struct NonFinite {
  std::string what;  // "activation encoder.layers.0", "gradient of embedding.weight", ...
  MicroBatch where;  // the first batch where it shows
};

bool all_finite(const at::Tensor& x);
// "weight NAME" for the first one that is not finite, else empty.
std::string first_non_finite_weight(const nn::Parameters& parameters);

// The first tensor in the order of computation that is not finite, found by computing the update's batches again with
// an observer. Overwrites the gradients.
NonFinite find_non_finite(Task& task, std::span<const MicroBatch> batches);

}  // namespace prenorm::training
