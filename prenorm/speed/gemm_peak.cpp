#include "prenorm/speed/gemm_peak.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/ones.h>

#include <algorithm>
#include <chrono>
#include <tuple>
#include <vector>

#include "prenorm/ops/kernels.h"

namespace prenorm::speed {
namespace {

constexpr int kRounds = 5;
constexpr double kSecondsPerRound = 0.03;
constexpr std::int64_t kMostRepetitions = 1000;

// One kind of product: products that differ only in their rows are counted as having the most frequent number of rows.
struct Product {
  ops::GemmShape shape{};
  double flops = 0;  // of all recorded products
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
  list.reserve(products.size());
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

// The operands of each worker.
struct Operands {
  Operands(const ops::GemmShape& s, std::int64_t workers) {
    for (std::int64_t w = 0; w < workers; ++w) {
      x.push_back(at::ones({s.rows, s.in}));
      y.push_back(at::ones({s.rows, s.out}));
      weight.push_back(at::ones({s.out, s.in}));
    }
  }
  std::vector<at::Tensor> x, y, weight;
};

double seconds_of(const ops::GemmShape& s, Operands& operands, std::int64_t repetitions) {
  const auto start = std::chrono::steady_clock::now();
  const auto work = [&](std::int64_t first, std::int64_t last) {
    const at::NoGradGuard no_grad;
    for (std::int64_t w = first; w < last; ++w)
      for (std::int64_t i = 0; i < repetitions; ++i) multiply(s, operands.x[w], operands.y[w], operands.weight[w]);
  };
  const std::int64_t workers = std::ssize(operands.x);
  if (workers > 1)
    at::parallel_for(0, workers, 1, work);
  else
    work(0, 1);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// FLOP/s of all workers together.
double rate(const ops::GemmShape& s, std::int64_t workers, bool kernels) {
  const ops::KernelsGuard guard(kernels && ops::kernels_enabled());
  Operands operands(s, workers);
  seconds_of(s, operands, 1);
  const double one = seconds_of(s, operands, 2) / 2;
  const auto repetitions =
      std::clamp(static_cast<std::int64_t>(kSecondsPerRound / one), std::int64_t{1}, kMostRepetitions);
  double fastest = 0;
  for (int round = 0; round < kRounds; ++round)
    fastest = std::max(fastest, static_cast<double>(repetitions * workers) / seconds_of(s, operands, repetitions));
  return fastest * s.flops();
}

}  // namespace

double gemm_peak_flops(const std::map<ops::GemmShape, std::int64_t>& record, std::int64_t workers) {
  double flops = 0, seconds = 0;
  for (const Product& p : distinct(record)) {
    flops += p.flops;
    seconds += p.flops / std::max(rate(p.shape, workers, /*kernels=*/true), rate(p.shape, workers, /*kernels=*/false));
  }
  return seconds > 0 ? flops / seconds : 0;
}

}  // namespace prenorm::speed
