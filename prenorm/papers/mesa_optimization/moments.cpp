// Sums over the sequences of a data set: what quadratic_loss.h consists of.
#include <ATen/Functions.h>

#include <algorithm>

#include "prenorm/papers/cells.h"
#include "prenorm/papers/mesa_optimization/quadratic_loss.h"

namespace prenorm::papers::mesa_optimization {
namespace {

// The rows of one sequence: for each t the real parts of the features and targets, then the imaginary parts.
void write_rows(const std::vector<Complex>& states, const SequenceLaw& law, double* row) {
  const auto d = static_cast<std::size_t>(law.dimension), width = d * d * d + d;
  std::vector<Complex> sum(d * d);
  for (std::int64_t t = 2; t < law.length; ++t, row += 2 * width) {
    const Complex *x = states.data() + static_cast<std::size_t>(t - 1) * d, *before = x - d, *next = x + d;
    std::size_t f = 0;
    const auto write = [&](const Complex& value) {
      row[f] = value.real();
      row[width + f++] = value.imag();
    };
    for (std::size_t k = 0; k < d; ++k)
      for (std::size_t l = 0; l < d; ++l) {
        sum[k * d + l] += x[k] * std::conj(before[l]);
        const Complex mean = sum[k * d + l] / static_cast<double>(t - 1);
        for (std::size_t m = 0; m < d; ++m) write(mean * x[m]);
      }
    for (std::size_t j = 0; j < d; ++j) write(next[j]);
  }
}

void add_starts(const std::vector<double>& start, StartMoments& sum) {
  const double d = static_cast<double>(start.size());
  double fourth_sum = 0;
  for (const double x : start) fourth_sum += x * x * x * x;
  for (const double x : start) {
    const double x2 = x * x, x4 = x2 * x2;
    sum.square += x2 / d;
    sum.kappa_1 += x4 / d;
    sum.kappa_2 += x4 * x2 / d;
    sum.kappa_3 += x2 * (fourth_sum - x4) / d;
  }
}

// Adds rho_jl = Re of S_jl x_l / ((T - 2) x_{T,j}) with the sum S that predicts x_T; returns how many coordinates
// count.
double add_ratios(const std::vector<Complex>& states, const Sequence& sequence, std::int64_t length,
                  RatioMoments& sum) {
  const std::size_t d = sequence.start.size(), last = static_cast<std::size_t>(length - 1) * d;
  double count = 0;
  std::vector<double> rho(d);
  for (std::size_t j = 0; j < d; ++j) {
    if (sequence.start[j] == 0) continue;
    ++count;
    for (std::size_t l = 0; l < d; ++l) {
      Complex s = 0;
      for (std::size_t at = d; at < last; at += d) s += states[at + j] * std::conj(states[at - d + l]);
      rho[l] = (s * states[last - d + l] / states[last + j]).real() / static_cast<double>(length - 2);
      sum.mean[j * d + l] += rho[l];
    }
    for (std::size_t l = 0; l < d; ++l)
      for (std::size_t m = 0; m < d; ++m) sum.square[(j * d + l) * d + m] += rho[l] * rho[m];
  }
  return count;
}

// Sums become means.
void divide(QuadraticLoss& q, double sequences, double coordinates) {
  for (double* value : {&q.starts.square, &q.starts.kappa_1, &q.starts.kappa_2, &q.starts.kappa_3}) *value /= sequences;
  for (double& value : q.ratios.mean) value /= coordinates;
  for (double& value : q.ratios.square) value /= coordinates;
}

}  // namespace

QuadraticLoss quadratic_loss_of(const DataSet& data) {
  const SequenceLaw& law = data.law;
  const std::int64_t d = law.dimension, width = d * d * d + d, rows = 2 * (law.length - 2);
  const auto cells = static_cast<std::size_t>(d * d);
  QuadraticLoss q{d, {}, {}, {std::vector<double>(cells), std::vector<double>(cells * static_cast<std::size_t>(d))}};
  const std::int64_t in_block = std::max<std::int64_t>(1, 1500 / rows);
  at::Tensor block = at::empty({in_block * rows, width}, at::kDouble), sum = at::zeros({width, width}, at::kDouble);
  double coordinates = 0;
  for (std::int64_t first = 0; first < data.sequences; first += in_block) {
    Cells::stop_if_asked();
    const std::int64_t count = std::min(in_block, data.sequences - first);
    for (std::int64_t i = 0; i < count; ++i) {
      const Sequence sequence = draw_sequence(data, first + i);
      const std::vector<Complex> states = states_of(sequence, law.length);
      write_rows(states, law, block.data_ptr<double>() + i * rows * width);
      add_starts(sequence.start, q.starts);
      coordinates += add_ratios(states, sequence, law.length, q.ratios);
    }
    const at::Tensor filled = block.narrow(0, 0, count * rows);
    sum.addmm_(filled.t(), filled);
  }
  sum.div_(static_cast<double>(data.sequences));
  q.moments.assign(sum.data_ptr<double>(), sum.data_ptr<double>() + sum.numel());
  divide(q, static_cast<double>(data.sequences), coordinates);
  return q;
}

}  // namespace prenorm::papers::mesa_optimization
