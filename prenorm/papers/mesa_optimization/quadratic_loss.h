// The loss of a data set as a function of the two blocks, without the data. The prediction of coordinate j,
// sum over k, l, m of B_jk A_lm S_kl x_m / (t - 1), is linear in the d^3 numbers w_j = B_jk A_lm (B = W_PV_12,
// A = W_KQ_32), so the loss
//
//   sum over t = 2 ... T-1 of the mean of |y_t - x_{t+1}|^2 / 2  =  sum over j of (w_j^T M w_j - 2 c_j^T w_j + n_j) / 2
//
// depends on the sequences through M, c and n alone. They are summed once; each epoch of descent on them is then
// exactly one epoch over all sequences.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "prenorm/papers/mesa_optimization/sequences.h"
#include "prenorm/papers/mesa_optimization/theory.h"
#include "prenorm/papers/mesa_optimization/weights.h"

namespace prenorm::papers::mesa_optimization {

// y_j / (W x_{T-1})_j, where x_{1,j} is not 0, of weights without entries off the diagonal: sum over l of
// B_jj A_ll rho_jl. Means over sequences and coordinates together.
struct RatioMoments {
  std::vector<double> mean;    // [j, l]: rho_jl
  std::vector<double> square;  // [j, l, l']: rho_jl rho_jl'
};
struct Ratio {
  double mean = 0, deviation = 0;
};

struct QuadraticLoss {
  std::int64_t dimension = 0;
  std::vector<double> moments;  // [d^3 + d, d^3 + d] of the features and the targets: M, c and n
  StartMoments starts;          // of the sequences themselves
  RatioMoments ratios;

  std::int64_t features() const { return dimension * dimension * dimension; }
  double null_loss() const;  // of the prediction 0
  double loss(const Weights& weights) const;
  // The gradient in the place of the weights; `loss` receives the loss if it is not null.
  Weights gradient(const Weights& weights, double* loss = nullptr) const;
  // Reads the diagonals of `weights` alone. Entries off them would add multiples of x_k / x_j, whose mean does not
  // exist for Gaussian x_1.
  Ratio ratio(const Weights& weights) const;
};

// The same on any number of threads if called by one thread of at::parallel_for, as cells are.
QuadraticLoss quadratic_loss_of(const DataSet& data);

nlohmann::json to_json(const QuadraticLoss& loss);
// Errors: JsonError.
QuadraticLoss quadratic_loss_from_json(const nlohmann::json& json);

}  // namespace prenorm::papers::mesa_optimization
