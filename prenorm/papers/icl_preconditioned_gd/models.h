// Trained models as cells.
#pragma once

#include <string>
#include <vector>

#include "prenorm/papers/cells.h"
#include "prenorm/papers/icl_preconditioned_gd/recursion.h"
#include "prenorm/papers/icl_preconditioned_gd/training.h"

namespace prenorm::papers::icl_preconditioned_gd {

struct Model {
  std::string graph_name;  // everything that the graph depends on
  batched::Graph graph;
  Training training;
  std::int64_t test_prompts = 100'000;

  std::string name() const;
};

enum class Inputs : std::uint8_t { kIsotropic, kRotated };  // Sigma = I; rotated_covariance(seed)
Covariance covariance_of(Inputs inputs, std::uint64_t seed);

Model recursion_model(const RecursionOptions& options, Inputs inputs, const Training& training);

// One cell for each model, each with a thread of its own. Trained::test is filled in.
std::vector<Trained> train_all(const std::string& label, const std::vector<Model>& models, const Cells& cells);

// A_l or B_l of trained parameters of Form::kMatricesA or kMatricesAAndB, in whitened coordinates (recursion.h) or as
// they are.
enum class Coordinates : std::uint8_t { kWhitened, kOriginal };
struct LayerMatrices {
  std::vector<Square> a, b;
};
LayerMatrices matrices_of(std::span<const double> parameters, Form form, const Covariance& covariance, Coordinates in);

// The multiples of the identity nearest to them, as parameters of kScalarsA or kScalarsAAndB: a_l = -tr(A_l)/d,
// b_l = tr(B_l)/d of whitened matrices.
std::vector<double> scalars_of(const LayerMatrices& whitened);
// The largest Dist of all matrices.
double largest_distance(const std::vector<Square>& matrices);

}  // namespace prenorm::papers::icl_preconditioned_gd
