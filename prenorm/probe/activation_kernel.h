// What a layer of random weights does to two states, seen through its activation: E φ(u) φ(v) and E φ'(u) φ'(v) of two
// Gaussian numbers u and v of one variance and a given correlation. For ReLU these are the arc-cosine kernels (Cho &
// Saul 2009); for other activations they are computed by quadrature.
#pragma once

#include "prenorm/config/model_config.h"

namespace prenorm::probe {

// An activation, and for a leaky ReLU, scale (max(z, 0) + slope min(z, 0)), its two numbers.
struct ActivationShape {
  Activation kind = Activation::kRelu;
  double negative_slope = 0, scale = 1;  // of kRelu
};

// φ(z) and φ'(z).
double value_of(const ActivationShape& shape, double z);
double slope_of(const ActivationShape& shape, double z);

// E φ(u) φ(v) for Var u = Var v = variance, from 0 to infinity, and a correlation from -1 to 1.
double product_of_values(const ActivationShape& shape, double variance, double correlation);
// E φ'(u) φ'(v).
double product_of_slopes(const ActivationShape& shape, double variance, double correlation);

}  // namespace prenorm::probe
