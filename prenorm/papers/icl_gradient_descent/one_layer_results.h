// The checks and figures of the one-layer network.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "prenorm/papers/icl_gradient_descent/one_layer.h"

namespace prenorm::papers::icl_gradient_descent {

// One step of GD in closed form, for x uniform in [-h, h) and N context pairs of d inputs.
struct OneStepTheory {
  double input_variance = 0, c = 0;  // E x^2; 1 + (kappa + d - 2)/N with kappa = 9/5
  double best_rate = 0;              // eta, not divided by N
  double best_loss = 0, null_loss = 0;

  // With this eta, where inputs are `scale` times as wide.
  double loss(double eta, double scale = 1) const;
  static OneStepTheory of(const in_context::Regression& problem);
  double inputs = 0;
};

// `measured`: what measure_one_layer() returned for seeds 1, 2, ...
void add_one_layer_checks(Results& results, const std::vector<nlohmann::json>& measured,
                          const in_context::Regression& problem);
void add_one_layer_figures(Results& results, const std::vector<nlohmann::json>& measured,
                           const in_context::Regression& problem);

}  // namespace prenorm::papers::icl_gradient_descent
