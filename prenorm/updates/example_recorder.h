// Gradients by example of an update: which parameters are measured, and what each worker has measured of its shares.
#pragma once

#include <cstdint>
#include <vector>

#include "prenorm/config/train_config.h"
#include "prenorm/nn/parameters.h"
#include "prenorm/ops/example_norms.h"
#include "prenorm/updates/example_squares.h"

namespace prenorm::updates {

class ExampleRecorder {
 public:
  // measured: not kOff. Errors: UsageError if no parameter that trains is to be measured.
  ExampleRecorder(NoiseScale measured, const nn::Parameters& parameters, std::int64_t workers);

  NoiseScale measured() const { return measured_; }
  void clear();
  ops::ExampleNorms& of_worker(std::int64_t worker) { return norms_[static_cast<std::size_t>(worker)]; }
  // What was measured of `examples` examples with `target_tokens` tokens whose gradient is in the buffer now. Errors:
  // Error if a parameter has a gradient by example that no operator reported.
  ExampleSquares squares(std::int64_t examples, std::int64_t target_tokens) const;

 private:
  NoiseScale measured_;
  const nn::Parameters& parameters_;
  std::vector<std::int64_t> places_;  // in parameters_.trained()
  std::vector<ops::ExampleNorms> norms_;
};

}  // namespace prenorm::updates
