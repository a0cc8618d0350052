// An update whose gradient has been computed but which may not have been applied yet.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "prenorm/updates/bad_tensor.h"
#include "prenorm/updates/example_squares.h"
#include "prenorm/updates/share_workers.h"

namespace prenorm::updates {

struct Update : BatchTotals {
  std::int64_t step = 0;  // numbered from 1
  std::vector<MicroBatch> batches;
  double learning_rate = 0;
  double grad_norm = 0;                           // L2 norm for the mean loss, before clipping
  std::optional<ExampleSquares> example_squares;  // of the parameters that were to be measured, if any were

  // Nats per target token; 0 if there are no target tokens.
  double loss() const { return mean(loss_nats); }
  double nll() const { return mean(nll_nats); }

 private:
  double mean(double sum) const { return target_tokens > 0 ? sum / static_cast<double>(target_tokens) : 0; }
};

}  // namespace prenorm::updates
