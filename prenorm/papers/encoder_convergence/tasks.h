// Tasks with structure, where attention may matter: the selected token, and digits. A LeCun model is trained at both
// scales tau_0 with the same step, half of 1 / the greatest eigenvalue of K(0) at d_m^(-1/2), for 400 epochs, or 800 if
// d_m >= 1024. (With twice that step the kernel, which grows here, reaches the limit of stability.)
#pragma once

#include <array>

#include "prenorm/papers/encoder_convergence/studies.h"
#include "prenorm/papers/real_data/digits.h"

namespace prenorm::papers::encoder_convergence {

struct TaskRun {
  std::vector<double> loss;  // per sample, as in Descent
  double flagged = 0;        // the trained attention on the flagged token, if there is one
};
struct TaskSeed {
  TaskRun root, inverse;  // tau_0 = d_m^(-1/2), d_m^(-1)
};
struct TaskRuns {
  std::int64_t width = 0;
  std::vector<TaskSeed> seeds;
};

// samples.h; d_s = 8, d = 16.
std::vector<TaskRuns> train_selection(const Setting& setting, const Cells& cells);

// A picture is 16 patches of 7 x 7 pixels, which have mean 0 and variance 1 over all pictures; the label is 1 for
// digits from 5 on, else -1. Each seed draws pictures.
Samples digit_samples(const real_data::Digits& digits, std::int64_t count, std::uint64_t seed);
std::vector<TaskRuns> train_digits(const real_data::Digits& digits, const Setting& setting, const Cells& cells);

}  // namespace prenorm::papers::encoder_convergence
