// Trains the parameters of a graph whose inputs are standard normal numbers.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "prenorm/batched/graph.h"

namespace prenorm::papers::icl_preconditioned_gd {

enum class Method : std::uint8_t {
  kAdam,  // betas (0.99, 0.9) as in the paper's code; fresh prompts at every step; float
  kBfgs   // one batch for all steps; double
};

struct Training {
  Method method = Method::kAdam;
  std::int64_t steps = 3000, prompts = 2048;
  double learning_rate = 0.05;
  std::int64_t halve_every = 600;   // the learning rate; 0 = never
  double clip_matrix_norm = 0.01;   // of the gradient of each parameter matrix; 0 = never
  double initial_deviation = 1e-4;  // of the parameters
  std::int64_t record_every = 100;
  std::uint64_t seed = 1;
  std::vector<double> start;  // in place of random parameters, if not empty

  // Everything but the graph that the trained parameters depend on.
  std::string name() const;
};

// Models after 0, record_every, 2 record_every, ... steps, and after the last.
struct Trained {
  std::vector<double> step, loss;  // loss: on kRecordPrompts prompts that training does not see
  std::vector<std::vector<double>> parameters;
  double test = 0;  // loss on more such prompts

  const std::vector<double>& last() const { return parameters.back(); }
};
inline constexpr std::int64_t kRecordPrompts = 20'000;

// Errors: Interrupted, see papers/cells.h.
Trained train(const batched::Graph& graph, const Training& training);

nlohmann::json to_json(const Trained& trained);
// Errors: JsonError.
Trained trained_from_json(const nlohmann::json& json);

// The mean loss on prompts that are the same for all models of a seed and that no training sees. In double.
double test_loss(const batched::Graph& graph, const std::vector<double>& parameters, std::uint64_t seed,
                 std::int64_t prompts);

}  // namespace prenorm::papers::icl_preconditioned_gd
