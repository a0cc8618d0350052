#include "prenorm/papers/encoder_convergence/descent.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/norm.h>

#include <algorithm>
#include <cmath>

#include "prenorm/papers/cells.h"

namespace prenorm::papers::encoder_convergence {
namespace {

double norm_of(const at::Tensor& a) { return a.norm().item<double>(); }
double relative_change(const at::Tensor& now, const at::Tensor& before) {
  return norm_of(now - before) / norm_of(before);
}

class MovementRecorder {
 public:
  MovementRecorder(Encoder& encoder, const Weights& start) : encoder_(encoder), start_(start) {}

  void record(std::int64_t epoch, const Weights& now, Movement& m) {
    const at::Tensor kernel = kernel_of(encoder_, now).sum();
    if (epoch == 0) kernel_ = kernel;
    m.epoch.push_back(static_cast<double>(epoch));
    m.query.push_back(relative_change(now.query, start_.query));
    m.key.push_back(relative_change(now.key, start_.key));
    m.value.push_back(relative_change(now.value, start_.value));
    m.kernel.push_back(relative_change(kernel, kernel_));
  }

 private:
  Encoder& encoder_;
  const Weights& start_;
  at::Tensor kernel_;
};

// Returns the distance.
double step_along(Weights& weights, const Weights& gradient, double step) {
  double square = 0;
  const auto from = gradient.all();
  for (std::size_t i = 0; i < from.size(); ++i) {
    weights.all().at(i)->sub_(*from.at(i), step);
    square += std::pow(norm_of(*from.at(i)), 2);
  }
  return step * std::sqrt(square);
}

}  // namespace

Descent descend(Encoder& encoder, const Weights& start, const DescentOptions& o) {
  Descent run;
  run.last = start.clone();
  MovementRecorder recorder(encoder, start);
  for (std::int64_t epoch = 0;; ++epoch) {
    Cells::stop_if_asked();
    encoder.forward(run.last);
    run.loss.push_back(encoder.loss());
    if (o.record_every > 0 && epoch % o.record_every == 0) recorder.record(epoch, run.last, run.movement);
    const double loss = run.loss.back();
    if (epoch == o.epochs || !std::isfinite(loss) || loss <= o.stop_at * run.loss[0]) return run;
    const at::Tensor residual = encoder.outputs() - encoder.samples().labels;
    run.change.push_back(step_along(run.last, encoder.gradient(run.last, residual), o.step));
  }
}

double largest_stable_step(Encoder& encoder, const Weights& start, double guess, std::int64_t epochs) {
  const auto is_stable = [&](double step) {
    const std::vector<double> loss = descend(encoder, start, {step, epochs}).loss;
    return std::all_of(loss.begin(), loss.end(), [&](double l) { return l <= loss[0]; });
  };
  double low = -2, high = 6;  // powers of 2
  for (int round = 0; round < 9; ++round) {
    const double middle = (low + high) / 2;
    (is_stable(guess * std::exp2(middle)) ? low : high) = middle;
  }
  return guess * std::exp2((low + high) / 2);
}

}  // namespace prenorm::papers::encoder_convergence
