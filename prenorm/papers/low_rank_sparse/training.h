// Mini-batch SGD with a constant rate on fresh samples (section 3 of Li et al. 2024).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "prenorm/papers/low_rank_sparse/model.h"

namespace prenorm::papers::low_rank_sparse {

struct TrainSetting {
  DataLaw data;
  ModelSetting model;
  std::int64_t updates = 200, batch = 64;
  double rate = 1;
  std::uint64_t seed = 1;
};
std::string name_of(const TrainSetting& setting);  // says everything that the training depends on

struct Trained {
  at::Tensor patterns;
  Model initial, last;
  Matrices first_gradient;   // of the first batch
  std::vector<double> loss;  // of the batch of each update, before the update

  Matrices updates() const;  // trained minus initial
};
// Errors: Interrupted, see cells.h.
Trained train(const TrainSetting& setting);

// Samples that are not trained on, of the same seed and patterns; their labels are true.
Samples test_samples(const TrainSetting& setting, const at::Tensor& patterns, std::int64_t count);

}  // namespace prenorm::papers::low_rank_sparse
