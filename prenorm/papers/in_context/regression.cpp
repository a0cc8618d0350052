#include "prenorm/papers/in_context/regression.h"

#include <cmath>
#include <vector>

#include "prenorm/batched/random_lanes.h"

namespace prenorm::papers::in_context {
namespace {

using batched::ProblemBlock;

// Elements of `x` from uniform ones in (0, 1) by the inverse of the distribution function.
template <class T>
void shape(T* x, std::int64_t count, InputLaw law) {
  for (std::int64_t i = 0; i < count; ++i) {
    const double u = static_cast<double>(x[i]) + 0x1p-25;
    const double laplace = u < 0.5 ? std::log(2 * u) : -std::log(2 - 2 * u);
    x[i] = static_cast<T>(law == InputLaw::kExponential ? -std::log(u) : laplace);
  }
}

// Divides each problem's x by the Frobenius norm of its context, and multiplies by `scale`.
template <class T>
void scale_to_norm(const ProblemBlock<T>& block, const Regression& r, double scale) {
  const std::int64_t columns = r.tokens();
  for (std::int64_t l = 0; l < block.lanes; ++l) {
    double square = 0;
    for (std::int64_t i = 0; i < r.inputs; ++i)
      for (std::int64_t c = 0; c < r.context; ++c)
        square += std::pow(static_cast<double>(block.at(i * columns + c, l)), 2);
    const T factor = static_cast<T>(scale / std::sqrt(square));
    for (std::int64_t e = 0; e < r.inputs * columns; ++e) block.at(e, l) *= factor;
  }
}

// The row y = w^T x of all columns; that of the query is the target, and its token holds 0.
template <class T>
void set_labels(const ProblemBlock<T>& block, const Regression& r, const std::vector<T>& w) {
  const std::int64_t columns = r.tokens(), lanes = block.lanes;
  for (std::int64_t c = 0; c < columns; ++c) {
    T* y = &block.at(r.inputs * columns + c, 0);
    T* label = c < r.context ? y : &block.at((r.inputs + 1) * columns + c - r.context, 0);
    for (std::int64_t l = 0; l < lanes; ++l) y[l] = label[l] = 0;
    for (std::int64_t i = 0; i < r.inputs; ++i) {
      const T *x = &block.at(i * columns + c, 0), *weight = w.data() + i * lanes;
      for (std::int64_t l = 0; l < lanes; ++l) label[l] += weight[l] * x[l];
    }
  }
}

}  // namespace

RegressionInputs declare_inputs(batched::Graph& graph, const Regression& r, bool with_gradient) {
  const batched::Matrix tokens = graph.input(r.token_size(), r.tokens(), with_gradient);
  return {tokens, graph.input(1, 1)};
}

template <class T>
batched::Batch<T> regression_batch(const Regression& r, std::uint64_t key, std::int64_t problems) {
  return {problems, [r, key](const ProblemBlock<T>& block) {
            batched::RandomLanes<T> random(key, block);
            const std::int64_t count = r.inputs * r.tokens();
            if (r.law == InputLaw::kUniform) {
              random.uniform(block.values, count, -r.half_width, r.half_width);
            } else {
              if (r.law == InputLaw::kNormal)
                random.normal(block.values, count);
              else
                random.uniform(block.values, count, 0, 1);
              if (r.law != InputLaw::kNormal) shape(block.values, count * block.lanes, r.law);
              scale_to_norm(block, r, r.half_width);
            }
            std::vector<T> w(static_cast<std::size_t>(r.inputs * block.lanes));
            random.normal(w.data(), r.inputs);
            for (T& weight : w) weight *= static_cast<T>(r.weight_scale);
            set_labels(block, r, w);
          }};
}

template batched::Batch<float> regression_batch(const Regression&, std::uint64_t, std::int64_t);
template batched::Batch<double> regression_batch(const Regression&, std::uint64_t, std::int64_t);

}  // namespace prenorm::papers::in_context
