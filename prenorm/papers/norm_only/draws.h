// What a reconstruction is measured by, one for each draw of frozen weights and target.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "prenorm/papers/cells.h"

namespace prenorm::papers::norm_only {

struct Draw {
  double condition = 0;         // of K; the greatest if several systems are solved
  double full_rank = 0;         // 1 if all K have full rank, else 0
  double residual = 0;          // relative, in the Frobenius norm; the greatest of all target layers
  double largest_scale = 0;     // max |gamma|
  double output_error = 0;      // greatest |output - target| over inputs, relative to the root mean square of |target|
  double float_error = 0;       // the same of the network in single precision
  double least_activation = 0;  // least hidden pre-activation
};
using Draws = std::vector<Draw>;

std::vector<double> column(const Draws& draws, double Draw::*member);

// For each name, draws of all seeds: measure(i, key) of names[i], one cell for each name and seed.
struct DrawPlan {
  std::string label;
  std::vector<std::string> names;
  std::int64_t seeds = 1, draws_per_seed = 20;
};
std::vector<Draws> measure_draws(const DrawPlan& plan, const Cells& cells,
                                 const std::function<Draw(std::size_t name, std::uint64_t key)>& measure);

}  // namespace prenorm::papers::norm_only
