#include "prenorm/training/gemm_peak.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/ones.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <tuple>
#include <vector>

namespace prenorm::training {
namespace {

constexpr int kRounds = 5;
constexpr double kSecondsPerRound = 0.03, kGuessedFlops = 1e11;  // a worker's; only to choose a number of repetitions

// One kind of product: those that differ in their rows alone, by the rows they have most often.
struct Product {
  ops::GemmShape shape{};
  double flops = 0;  // of all recorded
  std::int64_t most = 0;
};

std::vector<Product> distinct(const std::map<ops::GemmShape, std::int64_t>& record) {
  std::map<std::tuple<ops::GemmKind, std::int64_t, std::int64_t>, Product> products;
  for (const auto& [shape, count] : record) {
    Product& p = products[{shape.kind, shape.in, shape.out}];
    p.flops += shape.flops() * static_cast<double>(count);
    if (count > p.most) {
      p.most = count;
      p.shape = shape;
    }
  }
  std::vector<Product> list;
  for (const auto& [key, product] : products) list.push_back(product);
  return list;
}

void multiply(const ops::GemmShape& s, at::Tensor& x, at::Tensor& y, at::Tensor& weight) {
  switch (s.kind) {
    case ops::GemmKind::kForward: return ops::gemm_forward(y, x, weight);
    case ops::GemmKind::kInputGradient: return ops::gemm_input_gradient(x, y, weight);
    case ops::GemmKind::kWeightGradient: return ops::gemm_weight_gradient(weight, y, x, 1e-9);
  }
}

// FLOP/s of all workers together.
double rate(const ops::GemmShape& s, std::int64_t workers) {
  using Clock = std::chrono::steady_clock;
  const auto repetitions = static_cast<std::int64_t>(std::ceil(kSecondsPerRound * kGuessedFlops / s.flops()));
  std::vector<at::Tensor> x, y, weight;
  for (std::int64_t w = 0; w < workers; ++w) {
    x.push_back(at::ones({s.rows, s.in}));
    y.push_back(at::ones({s.rows, s.out}));
    weight.push_back(at::ones({s.out, s.in}));
  }
  double fastest = 0;
  for (int round = 0; round <= kRounds; ++round) {  // the first warms up
    const auto start = Clock::now();
    const auto work = [&](std::int64_t first, std::int64_t last) {
      const at::NoGradGuard no_grad;
      for (std::int64_t w = first; w < last; ++w)
        for (std::int64_t i = 0; i < repetitions; ++i) multiply(s, x[w], y[w], weight[w]);
    };
    if (workers > 1)
      at::parallel_for(0, workers, 1, work);
    else
      work(0, 1);
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    if (round > 0) fastest = std::max(fastest, s.flops() * static_cast<double>(repetitions * workers) / seconds);
  }
  return fastest;
}

}  // namespace

double gemm_peak_flops(const std::map<ops::GemmShape, std::int64_t>& record, std::int64_t workers) {
  double flops = 0, seconds = 0;
  for (const Product& p : distinct(record)) {
    flops += p.flops;
    seconds += p.flops / rate(p.shape, workers);
  }
  return seconds > 0 ? flops / seconds : 0;
}

}  // namespace prenorm::training
