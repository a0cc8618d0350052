// Trains a network of batched/ on fresh problems: what the papers on in-context learning do.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "prenorm/batched/evaluator.h"
#include "prenorm/config/optim_config.h"
#include "prenorm/papers/fit.h"

namespace prenorm::papers::in_context {

struct MinimizeOptions {
  OptimConfig optim;  // clip_norm: of the whole gradient
  std::int64_t steps = 0;
  std::int64_t halve_every = 0;    // the learning rate; 0 = never
  double clip_parameter_norm = 0;  // of the gradient of each parameter of the graph; 0 = never
  std::int64_t record_every = 100;
};

// Changes `parameters` in place. batch(step) is the batch of step 1, 2, ...; `after`, if there is one, is called after
// every record_every steps with the number of steps made. A loss that is not finite ends it and is the last point.
// Errors: Interrupted, see cells.h.
template <class T>
Trajectory minimize(const batched::Evaluator<T>& evaluator, std::vector<T>& parameters,
                    const std::function<batched::Batch<T>(std::int64_t step)>& batch, const MinimizeOptions& options,
                    const std::function<void(std::int64_t step)>& after = nullptr);

}  // namespace prenorm::papers::in_context
