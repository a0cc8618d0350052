// Whole ReLU networks of depth l, from networks of width d^2 and depth 2 l without skips.
#pragma once

#include <vector>

#include "prenorm/papers/norm_only/draws.h"
#include "prenorm/papers/norm_only/settings.h"

namespace prenorm::papers::norm_only {

struct NetworkCase {
  std::int64_t width = 0, depth = 0;  // d and l
  Draws draws;
};
std::vector<NetworkCase> study_networks(const Setting& setting, const Cells& cells);

// Inputs outside the unit ball for d = kMainWidth, l = 1, by norm; one list for each seed.
struct OutsideStudy {
  std::vector<double> norms;
  struct Seed {
    std::vector<double> off_share;  // of inputs for which some hidden ReLU is off
    std::vector<double> error_on;   // greatest relative error of inputs for which none is; 0 if there are none
    std::vector<double> error_off;  // mean relative error of those for which some is; 0 if there are none
  };
  std::vector<Seed> seeds;
};
OutsideStudy study_outside(const Setting& setting, const Cells& cells);
// The probability that some of d^2 hidden units of random directions is off at this norm: 1 - (1 - p)^(d^2), with p the
// probability that the cosine between two random directions exceeds 1 / norm.
double expected_off_share(std::int64_t d, double norm);

// Batch normalisation with arbitrary fixed statistics in place of every scale and shift: the greatest difference of
// outputs, relative, of each draw; d = kMainWidth, l = 2.
std::vector<double> study_folding(const Setting& setting, const Cells& cells);

}  // namespace prenorm::papers::norm_only
