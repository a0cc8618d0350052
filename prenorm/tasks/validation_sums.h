// Sums the losses of a validation over its batches.
#pragma once

#include <cstdint>

#include "prenorm/base/error.h"
#include "prenorm/ops/cross_entropy.h"
#include "prenorm/updates/task.h"

namespace prenorm::tasks {

class ValidationSums {
 public:
  void add(const ops::CrossEntropySums& sums, std::int64_t target_tokens) {
    loss_ += sums.loss_sum.item<double>();
    nll_ += sums.nll_sum.item<double>();
    target_tokens_ += target_tokens;
  }
  double nll_nats() const { return nll_; }
  // A validation that contains only the means over target tokens. Errors: DataError if there are none.
  runs::Validation means() const {
    if (target_tokens_ == 0)
      throw_error<DataError>("the validation text has nothing to predict, and so no loss; give a longer one");
    runs::Validation result;
    result.loss_nats_per_token = loss_ / static_cast<double>(target_tokens_);
    result.nll_nats_per_token = nll_ / static_cast<double>(target_tokens_);
    return result;
  }

 private:
  double loss_ = 0, nll_ = 0;
  std::int64_t target_tokens_ = 0;
};

}  // namespace prenorm::tasks
