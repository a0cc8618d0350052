// Sine regression: an MLP makes features of each token, and a layer of linear attention does a step of gradient descent
// on them (von Oswald et al. 2022, section 4 and Figure 5).
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "prenorm/papers/icl_gradient_descent/training.h"

namespace prenorm::papers::icl_gradient_descent {

struct Sine {
  std::int64_t steps = 4'000, problems_per_step = 256, evaluated = 4'096;
  double amplitude_low = 0.1, amplitude_high = 0.5;  // of the code; the text says 0.1 to 5
  double control_rate = 0.1;                         // of the one fixed step of GD
  std::uint64_t seed = 1;

  std::string name() const;
  // The loss of the answer 0, E a² E sin² / 2.
  double null_loss() const;
};

// Trains the network, and the control: the same MLP before one step of GD. An object: step; trained, control:
// validation losses; prediction_difference: mean |difference| of their predictions at the end; label_size: mean
// |label|.
nlohmann::json measure_sine(const Sine& sine);

}  // namespace prenorm::papers::icl_gradient_descent
