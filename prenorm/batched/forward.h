// The operations of a graph on a block of problems. Included by the source of the kernel.
#pragma once

#include "prenorm/batched/lanes.h"
#include "prenorm/ops/cpu/exp.h"

namespace prenorm::batched {

// Calls function(i, j) for each element, row after row.
template <class T, class Function>
PRENORM_INLINE void for_elements(const Lanes<T>& x, const Function& function) {
  for (std::int64_t i = 0; i < x.rows; ++i)
    for (std::int64_t j = 0; j < x.columns; ++j) function(i, j);
}

template <class V, class T, int kLanes>
PRENORM_INLINE void take_inverse_root(V& x) {
  T lanes[kLanes];
  ops::cpu::store(lanes, x);
#pragma omp simd
  for (int l = 0; l < kLanes; ++l) lanes[l] = 1 / std::sqrt(lanes[l]);
  ops::cpu::load(x, lanes);
}

// Mean and 1 / sqrt(mean square + epsilon) of a column; without `centred`, of the column as it is, with mean 0.
template <int kBytes, class V, class T>
PRENORM_INLINE void column_moments(const Lanes<T>& x, std::int64_t j, bool centred, double epsilon, V& mean,
                                   V& inverse_deviation) {
  const T scale = T(1) / static_cast<T>(x.rows);
  mean = V{};
  V square{};
  V v;
  for (std::int64_t i = 0; centred && i < x.rows; ++i) {
    ops::cpu::load(v, x.at(i, j));
    mean += v;
  }
  mean *= scale;
  for (std::int64_t i = 0; i < x.rows; ++i) {
    ops::cpu::load(v, x.at(i, j));
    square += (v - mean) * (v - mean);
  }
  inverse_deviation = square * scale + static_cast<T>(epsilon);
  take_inverse_root<V, T, ops::cpu::Simd<T, kBytes>::kLanes>(inverse_deviation);
}

template <int kBytes, class T>
PRENORM_INLINE void normalize_columns(const Lanes<T>& y, const Lanes<T>& x, bool centred, double epsilon) {
  using V = typename ops::cpu::Simd<T, kBytes>::Vector;
  for (std::int64_t j = 0; j < x.columns; ++j) {
    V mean, scale, v;
    column_moments<kBytes>(x, j, centred, epsilon, mean, scale);
    for (std::int64_t i = 0; i < x.rows; ++i) {
      ops::cpu::load(v, x.at(i, j));
      ops::cpu::store(y.at(i, j), (v - mean) * scale);
    }
  }
}

template <int kBytes, class T>
PRENORM_INLINE void softmax_columns(const Lanes<T>& y, const Lanes<T>& x) {
  using S = ops::cpu::Simd<T, kBytes>;
  for (std::int64_t j = 0; j < x.columns; ++j) {
    typename S::Vector largest, sum{}, v;
    ops::cpu::load(largest, x.at(0, j));
    for (std::int64_t i = 1; i < x.rows; ++i) {
      ops::cpu::load(v, x.at(i, j));
      largest = v > largest ? v : largest;
    }
    for (std::int64_t i = 0; i < x.rows; ++i) {
      ops::cpu::load(v, x.at(i, j));
      v -= largest;
      ops::cpu::exp_of_negative<T, typename S::Vector, typename S::Integers>(v);
      sum += v;
      ops::cpu::store(y.at(i, j), v);
    }
    for (std::int64_t i = 0; i < x.rows; ++i) {
      ops::cpu::load(v, y.at(i, j));
      ops::cpu::store(y.at(i, j), v / sum);
    }
  }
}

template <int kBytes, class T>
PRENORM_INLINE void compute_elementwise(const Node& node, const Lanes<T>& y, const Lanes<T>& a, const Lanes<T>& b) {
  using V = typename ops::cpu::Simd<T, kBytes>::Vector;
  const T factor = static_cast<T>(node.factor), factor_b = static_cast<T>(node.factor_b);
  V v, w{};
  if (node.operation == Operation::kScale) ops::cpu::load(w, b.start);
  for_elements(y, [&](std::int64_t i, std::int64_t j) {
    ops::cpu::load(v, a.at(i, j));
    if (node.operation == Operation::kSum) {
      v *= factor;
      if (factor_b != 0) {
        ops::cpu::load(w, b.at(i, j));
        v += factor_b * w;
      }
    } else if (node.operation == Operation::kScale) {
      v *= w;
    } else {  // kClip, kRelu
      const V low = V{} - factor, high = V{} + factor;
      v = node.operation == Operation::kRelu ? (v > V{} ? v : V{}) : (v < low ? low : (v > high ? high : v));
    }
    ops::cpu::store(y.at(i, j), v);
  });
}

template <int kBytes, class T>
PRENORM_INLINE void compute(const Node& node, std::span<const Node> nodes, const BlockMemory<T>& values) {
  constexpr std::int64_t kLanes = ops::cpu::Simd<T, kBytes>::kLanes;
  const auto of = [&](std::int32_t index) {
    return index < 0 ? Lanes<T>{} : values.of(nodes[static_cast<std::size_t>(index)].layout, kLanes);
  };
  const Lanes<T> y = values.of(node.layout, kLanes), a = of(node.a);
  switch (node.operation) {
    case Operation::kParameter:
    case Operation::kConstant:
    case Operation::kInput:
    case Operation::kView: return;
    case Operation::kProduct: return multiply<kBytes>(LanesProduct<T>{y, a, of(node.b), of(node.c)});
    case Operation::kSum:
    case Operation::kScale:
    case Operation::kClip:
    case Operation::kRelu: return compute_elementwise<kBytes>(node, y, a, of(node.b));
    case Operation::kSoftmax: return softmax_columns<kBytes>(y, a);
    case Operation::kNormalize: return normalize_columns<kBytes>(y, a, /*centred=*/true, node.factor);
    case Operation::kRms: return normalize_columns<kBytes>(y, a, /*centred=*/false, node.factor);
  }
}

}  // namespace prenorm::batched
