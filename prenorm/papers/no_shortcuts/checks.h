// The claims of He et al. 2023 as checks. Each function appends some.
#pragma once

#include <vector>

#include "prenorm/papers/check.h"
#include "prenorm/papers/no_shortcuts/initializations.h"

namespace prenorm::papers::no_shortcuts {

// U-SPA and E-SPA reach their kernels exactly; closed form and Cholesky factors agree.
void check_attention_matrices(std::vector<Check>& checks);
// How fast plain attention collapses, and the kernels of the last layer, in numbers.
void check_exact_kernels(std::vector<Check>& checks);
// Slopes of TAT, and how ReLU makes everything parallel.
void check_activation_maps(std::vector<Check>& checks);
// Attention-only networks beside closed forms.
void check_attention_only(const Initializations& measured, std::vector<Check>& checks);
void check_feed_forward(const Initializations& measured, std::vector<Check>& checks);
void check_blocks(const Initializations& measured, std::vector<Check>& checks);

}  // namespace prenorm::papers::no_shortcuts
