// Runs a graph for a batch of problems: its mean loss, the gradient, and values. Results do not depend on the number of
// threads.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "prenorm/batched/graph.h"

namespace prenorm::batched {

// Problems side by side: element e of problem first + l is at values[e * lanes + l].
template <class T>
struct ProblemBlock {
  std::int64_t first = 0, count = 0;  // problems; the lanes from `count` on are ignored
  std::int64_t lanes = 0;
  T* values = nullptr;

  T& at(std::int64_t element, std::int64_t lane) const { return values[element * lanes + lane]; }
};

template <class T>
struct Batch {
  std::int64_t problems = 0;
  // Writes the inputs of a block, in the order in which the graph declares them. Called by several threads at once;
  // what it writes must depend on the problem's number alone.
  std::function<void(const ProblemBlock<T>& inputs)> fill;
};

template <class T>
class Evaluator {
 public:
  explicit Evaluator(Graph graph);

  // The mean loss over the problems. With a gradient of parameter_count elements: its gradient is written there.
  double loss(std::span<const T> parameters, const Batch<T>& batch, std::span<T> gradient = {}) const;

  // The elements of `matrix`, problem after problem, each row after row: [problems, rows, columns].
  std::vector<T> values(std::span<const T> parameters, const Batch<T>& batch, Matrix matrix) const;

  // The gradient of each problem's own loss with respect to `matrix`, an input declared with_gradient, or a part of
  // one: [problems, rows, columns].
  std::vector<T> input_gradients(std::span<const T> parameters, const Batch<T>& batch, Matrix matrix) const;

  const Graph& graph() const { return graph_; }

 private:
  Graph graph_;
};

// Takes inputs that lie problem after problem: [problems, input_count].
template <class T>
Batch<T> batch_of(std::span<const T> inputs, std::int64_t input_count);

}  // namespace prenorm::batched
