// The mean loss of a set of samples as a function of the projections of its patches, with its gradient.
#pragma once

#include <span>

#include "prenorm/papers/benign_overfitting/attention.h"
#include "prenorm/papers/benign_overfitting/descent.h"
#include "prenorm/papers/benign_overfitting/tokens.h"

namespace prenorm::papers::benign_overfitting {

class TrainingSet {
 public:
  // Keeps a reference to `tokens`.
  TrainingSet(const Tokens& tokens, Layout layout);

  // Writes dL/d(projections), as [rows, columns], and dL/dw_O. The state's step is 0.
  State gradient(const at::Tensor& projections, std::span<const double> head, at::Tensor& gradient,
                 std::span<double> head_gradient);

 private:
  void add_to(State& state, double label) const;

  const Tokens& tokens_;
  Layout layout_;
  Attention attention_;
  double positive_ = 0, negative_ = 0;  // labels of each kind
};

}  // namespace prenorm::papers::benign_overfitting
