// Values of many models.
#pragma once

#include <vector>

#include "prenorm/papers/extremes.h"
#include "prenorm/papers/low_rank_sparse/runs.h"

namespace prenorm::papers::low_rank_sparse {

template <class Value>
std::vector<double> each(const Models& models, const Value& value) {
  std::vector<double> values;
  for (const Outcome& model : models) values.push_back(value(model));
  return values;
}

// The values of each of `matrices`, model after model.
template <class Value>
std::vector<double> each_matrix(const Models& models, const std::vector<MatrixIndex>& matrices, const Value& value) {
  std::vector<double> values;
  for (const Outcome& model : models)
    for (const MatrixIndex i : matrices) values.push_back(value(model.matrices.at(i)));
  return values;
}

inline const std::vector<MatrixIndex> kAllMatrices = {kQuery, kKey, kValue, kOutput};

}  // namespace prenorm::papers::low_rank_sparse
