// Networks of several layers beside several steps of GD and GD++ (von Oswald et al. 2022, section 4 and appendix A.10).
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "prenorm/papers/icl_gradient_descent/training.h"
#include "prenorm/papers/results.h"

namespace prenorm::papers::icl_gradient_descent {

// Trains and measures, as an object: step, loss (the curve); cosine_to_gd, cosine_to_gdpp; gamma and eta_over_n of the
// rescaled weights of the first layer; label_blocks of its heads, one after the other; gd_loss and gdpp_loss of as many
// steps, each fitted, tied as the network is.
nlohmann::json measure_deep(const Training& training, const Evaluation& evaluation, std::int64_t fit_steps);

// GD++ of `steps` steps, fitted: {loss, rates: [eta/N, gamma, ...]}.
nlohmann::json measure_gd_plus_plus(const Training& training, const Evaluation& evaluation, std::int64_t fit_steps);

}  // namespace prenorm::papers::icl_gradient_descent
