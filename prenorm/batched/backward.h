// The gradients of the operations of a graph on a block of problems. Included by the source of the kernel.
#pragma once

#include "prenorm/batched/forward.h"

namespace prenorm::batched {

template <class V, class T>
PRENORM_INLINE void add_to(T* sum, const V& value) {
  V v;
  ops::cpu::load(v, sum);
  ops::cpu::store(sum, v + value);
}

// What the gradient of an operation reads and adds to. A gradient without a start is not needed.
template <class T>
struct Operand {
  Lanes<T> value, gradient;
  bool needed() const { return gradient.start != nullptr; }
};

template <int kBytes, class T>
PRENORM_INLINE void product_gradient(const Lanes<T>& dy, const Operand<T>& a, const Operand<T>& b,
                                     const Operand<T>& c) {
  using V = typename ops::cpu::Simd<T, kBytes>::Vector;
  if (a.needed()) multiply<kBytes>(LanesProduct<T>{a.gradient, dy, b.value.transposed(), a.gradient});
  if (b.needed()) multiply<kBytes>(LanesProduct<T>{b.gradient, a.value.transposed(), dy, b.gradient});
  if (!c.needed()) return;
  for_elements(dy, [&](std::int64_t i, std::int64_t j) {
    V d;
    ops::cpu::load(d, dy.at(i, j));
    add_to(c.gradient.at(i, j), d);
  });
}

// With y = softmax(x): dx = y (dy - sum y dy)
template <int kBytes, class T>
PRENORM_INLINE void softmax_gradient(const Lanes<T>& y, const Lanes<T>& dy, const Lanes<T>& dx) {
  using V = typename ops::cpu::Simd<T, kBytes>::Vector;
  for (std::int64_t j = 0; j < y.columns; ++j) {
    V sum{}, v, d;
    for (std::int64_t i = 0; i < y.rows; ++i) {
      ops::cpu::load(v, y.at(i, j));
      ops::cpu::load(d, dy.at(i, j));
      sum += v * d;
    }
    for (std::int64_t i = 0; i < y.rows; ++i) {
      ops::cpu::load(v, y.at(i, j));
      ops::cpu::load(d, dy.at(i, j));
      add_to(dx.at(i, j), v * (d - sum));
    }
  }
}

// With y = (x - mean) s: dx = s (dy - mean dy - y mean(y dy)); without `centred`, less the mean of dy.
template <int kBytes, class T>
PRENORM_INLINE void normalize_gradient(const Lanes<T>& y, const Lanes<T>& dy, const Operand<T>& x, bool centred,
                                       double epsilon) {
  using V = typename ops::cpu::Simd<T, kBytes>::Vector;
  const T inverse_rows = T(1) / static_cast<T>(y.rows);
  for (std::int64_t j = 0; j < y.columns; ++j) {
    V mean, scale, v, d, mean_dy{}, mean_y_dy{};
    column_moments<kBytes>(x.value, j, centred, epsilon, mean, scale);
    for (std::int64_t i = 0; i < y.rows; ++i) {
      ops::cpu::load(v, y.at(i, j));
      ops::cpu::load(d, dy.at(i, j));
      mean_dy += d;
      mean_y_dy += v * d;
    }
    mean_dy *= centred ? inverse_rows : T(0);
    mean_y_dy *= inverse_rows;
    for (std::int64_t i = 0; i < y.rows; ++i) {
      ops::cpu::load(v, y.at(i, j));
      ops::cpu::load(d, dy.at(i, j));
      add_to(x.gradient.at(i, j), scale * (d - mean_dy - v * mean_y_dy));
    }
  }
}

template <int kBytes, class T>
PRENORM_INLINE void sum_gradient(const Node& node, const Lanes<T>& dy, const Operand<T>& a, const Operand<T>& b) {
  using V = typename ops::cpu::Simd<T, kBytes>::Vector;
  const T factor_a = static_cast<T>(node.factor), factor_b = static_cast<T>(node.factor_b);
  for_elements(dy, [&](std::int64_t i, std::int64_t j) {
    V d;
    ops::cpu::load(d, dy.at(i, j));
    if (a.needed()) add_to(a.gradient.at(i, j), factor_a * d);
    if (b.needed() && factor_b != 0) add_to(b.gradient.at(i, j), factor_b * d);
  });
}

template <int kBytes, class T>
PRENORM_INLINE void scale_gradient(const Lanes<T>& dy, const Operand<T>& a, const Operand<T>& scalar) {
  using V = typename ops::cpu::Simd<T, kBytes>::Vector;
  V s, sum{};
  ops::cpu::load(s, scalar.value.start);
  for_elements(dy, [&](std::int64_t i, std::int64_t j) {
    V d, v;
    ops::cpu::load(d, dy.at(i, j));
    ops::cpu::load(v, a.value.at(i, j));
    sum += d * v;
    if (a.needed()) add_to(a.gradient.at(i, j), s * d);
  });
  if (scalar.needed()) add_to(scalar.gradient.start, sum);
}

// Passes the gradient where the value was not cut: y = x there.
template <int kBytes, class T>
PRENORM_INLINE void cut_gradient(const Node& node, const Lanes<T>& dy, const Operand<T>& a) {
  using V = typename ops::cpu::Simd<T, kBytes>::Vector;
  const T factor = static_cast<T>(node.factor);
  for_elements(dy, [&](std::int64_t i, std::int64_t j) {
    V d, v;
    ops::cpu::load(d, dy.at(i, j));
    ops::cpu::load(v, a.value.at(i, j));
    const V limit = V{} + factor;
    const V below = node.operation == Operation::kRelu ? (v > V{} ? d : V{}) : (v < limit ? d : V{});
    const V passed = node.operation == Operation::kRelu ? below : (v > V{} - limit ? below : V{});
    add_to(a.gradient.at(i, j), passed);
  });
}

template <int kBytes, class T>
PRENORM_INLINE void add_gradient(const Node& node, std::span<const Node> nodes, const BlockMemory<T>& values,
                                 const BlockMemory<T>& gradients) {
  constexpr std::int64_t kLanes = ops::cpu::Simd<T, kBytes>::kLanes;
  if (!node.has_gradient) return;
  const auto operand = [&](std::int32_t index) {
    if (index < 0) return Operand<T>{};
    const Node& n = nodes[static_cast<std::size_t>(index)];
    return Operand<T>{values.of(n.layout, kLanes), n.has_gradient ? gradients.of(n.layout, kLanes) : Lanes<T>{}};
  };
  const Lanes<T> y = values.of(node.layout, kLanes), dy = gradients.of(node.layout, kLanes);
  const Operand<T> a = operand(node.a);
  switch (node.operation) {
    case Operation::kParameter:
    case Operation::kConstant:
    case Operation::kInput:
    case Operation::kView: return;
    case Operation::kProduct: return product_gradient<kBytes>(dy, a, operand(node.b), operand(node.c));
    case Operation::kSum: return sum_gradient<kBytes>(node, dy, a, operand(node.b));
    case Operation::kScale: return scale_gradient<kBytes>(dy, a, operand(node.b));
    case Operation::kClip:
    case Operation::kRelu: return cut_gradient<kBytes>(node, dy, a);
    case Operation::kSoftmax: return softmax_gradient<kBytes>(y, dy, a.gradient);
    case Operation::kNormalize: return normalize_gradient<kBytes>(y, dy, a, /*centred=*/true, node.factor);
    case Operation::kRms: return normalize_gradient<kBytes>(y, dy, a, /*centred=*/false, node.factor);
  }
}

// From the last operation to the first: those of each problem, or the shared ones once their gradients are complete.
template <int kBytes, class T>
PRENORM_INLINE void add_gradients(std::span<const Node> nodes, bool shared, const BlockMemory<T>& values,
                                  const BlockMemory<T>& gradients) {
  for (auto node = nodes.rbegin(); node != nodes.rend(); ++node)
    if (Graph::is_shared(*node) == shared) add_gradient<kBytes>(*node, nodes, values, gradients);
}

}  // namespace prenorm::batched
