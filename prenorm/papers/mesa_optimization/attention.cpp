#include "prenorm/papers/mesa_optimization/attention.h"

#include <algorithm>

namespace prenorm::papers::mesa_optimization {
namespace {

using Vector = std::vector<Complex>;

// matrix [rows, v.size()] times v
template <class T>
Vector times(const std::vector<T>& matrix, const Vector& v) {
  Vector out(matrix.size() / v.size());
  for (std::size_t r = 0; r < out.size(); ++r)
    for (std::size_t c = 0; c < v.size(); ++c) out[r] += matrix[r * v.size() + c] * v[c];
  return out;
}

Vector transposed_times(const std::vector<double>& matrix, const Vector& v) {
  const std::size_t columns = matrix.size() / v.size();
  Vector out(columns);
  for (std::size_t r = 0; r < v.size(); ++r)
    for (std::size_t c = 0; c < columns; ++c) out[c] += matrix[r * columns + c] * v[r];
  return out;
}

// Adds Re of left right^*.
void add_outer(const Vector& left, const Vector& right, std::vector<double>& sum) {
  for (std::size_t r = 0; r < left.size(); ++r)
    for (std::size_t c = 0; c < right.size(); ++c) sum[r * right.size() + c] += (left[r] * std::conj(right[c])).real();
}

// Walks over a sequence: visit(t, token u_t, read = [sum of u u^*] W_KQ u_t / (t - 1), mean = [sum of u u^*] / (t -
// 1)).
template <class Visit>
void walk(const LayerWeights& layer, const Vector& states, const Visit& visit) {
  const auto d = static_cast<std::size_t>(layer.dimension), length = states.size() / d;
  Vector token(2 * d), sum(4 * d * d), mean(4 * d * d);
  for (std::size_t t = 1; t < length; ++t) {
    std::copy_n(token.begin(), d, token.begin() + static_cast<std::ptrdiff_t>(d));
    std::copy_n(states.begin() + static_cast<std::ptrdiff_t>((t - 1) * d), d, token.begin());
    for (std::size_t r = 0; r < 2 * d; ++r)
      for (std::size_t c = 0; c < 2 * d; ++c) sum[r * 2 * d + c] += token[r] * std::conj(token[c]);
    if (t == 1) continue;
    for (std::size_t i = 0; i < sum.size(); ++i) mean[i] = sum[i] / static_cast<double>(t - 1);
    visit(t, token, times(mean, times(layer.key_query, token)), mean);
  }
}

// y_t - x_{t+1}
Vector error_of(const LayerWeights& layer, const Vector& states, std::size_t t, const Vector& read) {
  Vector error = times(layer.projection_value, read);
  for (std::size_t j = 0; j < error.size(); ++j) error[j] -= states[t * error.size() + j];
  return error;
}

}  // namespace

LayerWeights layer_weights(const Weights& blocks) {
  const auto d = static_cast<std::size_t>(blocks.dimension);
  LayerWeights layer{blocks.dimension, std::vector<double>(2 * d * d), std::vector<double>(4 * d * d)};
  for (std::size_t r = 0; r < d; ++r)
    for (std::size_t c = 0; c < d; ++c) {
      layer.projection_value[r * 2 * d + c] = blocks.projection_value[r * d + c];
      layer.key_query[(d + r) * 2 * d + c] = blocks.key_query[r * d + c];
    }
  return layer;
}

Vector predict(const LayerWeights& layer, const Vector& states) {
  Vector predictions;
  walk(layer, states, [&](std::size_t, const Vector&, const Vector& read, const Vector&) {
    const Vector y = times(layer.projection_value, read);
    predictions.insert(predictions.end(), y.begin(), y.end());
  });
  return predictions;
}

double sequence_loss(const LayerWeights& layer, const Vector& states) {
  double loss = 0;
  walk(layer, states, [&](std::size_t t, const Vector&, const Vector& read, const Vector&) {
    for (const Complex& error : error_of(layer, states, t, read)) loss += std::norm(error) / 2;
  });
  return loss;
}

LayerWeights sequence_gradient(const LayerWeights& layer, const Vector& states) {
  LayerWeights gradient{layer.dimension, std::vector<double>(layer.projection_value.size()),
                        std::vector<double>(layer.key_query.size())};
  walk(layer, states, [&](std::size_t t, const Vector& token, const Vector& read, const Vector& mean) {
    const Vector error = error_of(layer, states, t, read);
    add_outer(error, read, gradient.projection_value);
    add_outer(times(mean, transposed_times(layer.projection_value, error)), token, gradient.key_query);
  });
  return gradient;
}

Vector gradient_step_prediction(const Vector& states, std::int64_t dimension, std::int64_t t, double step) {
  const auto d = static_cast<std::size_t>(dimension);
  const auto state = [&](std::int64_t i) { return states.data() + static_cast<std::size_t>(i - 1) * d; };
  Vector y(d);
  for (std::int64_t i = 1; i < t; ++i) {
    Complex product = 0;  // x_i^* x_t
    for (std::size_t j = 0; j < d; ++j) product += std::conj(state(i)[j]) * state(t)[j];
    for (std::size_t j = 0; j < d; ++j) y[j] += step * product * state(i + 1)[j];
  }
  return y;
}

}  // namespace prenorm::papers::mesa_optimization
