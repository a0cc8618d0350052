#include "prenorm/papers/in_context/minimize.h"

#include <ATen/ops/from_blob.h>

#include <algorithm>
#include <cmath>

#include "prenorm/optim/optimizer.h"
#include "prenorm/papers/cells.h"

namespace prenorm::papers::in_context {
namespace {

template <class T>
double norm_of(std::span<const T> x) {
  double square = 0;
  for (const T value : x) square += static_cast<double>(value) * static_cast<double>(value);
  return std::sqrt(square);
}

// What a gradient of this norm is multiplied by so that its norm is at most `limit`; 0 = no limit.
double clip_scale(double norm, double limit) { return limit > 0 && norm > limit ? limit / norm : 1; }

template <class T>
void clip_parameters(const batched::Graph& graph, std::span<T> gradient, double limit) {
  for (const batched::Node& node : graph.nodes()) {
    if (node.operation != batched::Operation::kParameter) continue;
    const std::span<T> part = gradient.subspan(static_cast<std::size_t>(node.layout.first),
                                               static_cast<std::size_t>(node.layout.rows * node.layout.columns));
    const double scale = clip_scale(norm_of(std::span<const T>(part)), limit);
    for (T& value : part) value = static_cast<T>(scale * static_cast<double>(value));
  }
}

template <class T>
at::Tensor view_of(std::vector<T>& values) {
  return at::from_blob(values.data(), {static_cast<std::int64_t>(values.size())}, c10::CppTypeToScalarType<T>::value);
}

}  // namespace

template <class T>
Trajectory minimize(const batched::Evaluator<T>& evaluator, std::vector<T>& parameters,
                    const std::function<batched::Batch<T>(std::int64_t step)>& batch, const MinimizeOptions& o,
                    const std::function<void(std::int64_t step)>& after) {
  std::vector<T> gradient(parameters.size());
  optim::Optimizer optimizer(o.optim, view_of(parameters), view_of(gradient));
  TrajectoryRecorder recorder;
  for (std::int64_t step = 1; step <= o.steps; ++step) {
    const double loss = evaluator.loss(parameters, batch(step), gradient);
    const bool finite = std::isfinite(loss), due = step % o.record_every == 0 || step == o.steps;
    recorder.add(step, loss, due || !finite);
    if (!finite) break;
    if (o.clip_parameter_norm > 0) clip_parameters(evaluator.graph(), std::span<T>(gradient), o.clip_parameter_norm);
    const double scale = clip_scale(norm_of(std::span<const T>(gradient)), o.optim.clip_norm);
    const std::int64_t halvings = o.halve_every > 0 ? (step - 1) / o.halve_every : 0;
    optimizer.step(std::ldexp(o.optim.lr, -static_cast<int>(halvings)), scale);
    if (!due) continue;
    Cells::stop_if_asked();
    if (after) after(step);
  }
  return recorder.trajectory();
}

template Trajectory minimize(const batched::Evaluator<float>&, std::vector<float>&,
                             const std::function<batched::Batch<float>(std::int64_t)>&, const MinimizeOptions&,
                             const std::function<void(std::int64_t)>&);
template Trajectory minimize(const batched::Evaluator<double>&, std::vector<double>&,
                             const std::function<batched::Batch<double>(std::int64_t)>&, const MinimizeOptions&,
                             const std::function<void(std::int64_t)>&);

}  // namespace prenorm::papers::in_context
