#include "cli/doctor/libtorch.h"

#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/rand.h>
#include <fmt/format.h>
#include <torch/cuda.h>
#include <torch/version.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "prenorm/machine/cores.h"

#include "prenorm/ops/cpu_level.h"

namespace prenorm::cli {
namespace {

// Below this rate per thread something is wrong: processors of the last ten years reach 30 to 150.
constexpr double kSlowPerThread = 10;

// "AVX2", "AVX512", "DEFAULT"; LibTorch 1.13 only reports it in its configuration text.
std::string cpu_capability() {
  constexpr std::string_view kLead = "CPU capability usage: ";
  const std::string config = at::show_config();
  const std::size_t at = config.find(kLead);
  if (at == std::string::npos) return "unknown";
  const std::size_t begin = at + kLead.size();
  return config.substr(begin, config.find('\n', begin) - begin);
}

// The best rate of the products that fit into 0.2 s, since others may use the machine at the same time.
double measure_gflops() {
  using Clock = std::chrono::steady_clock;
  constexpr std::int64_t kTokens = 1024, kModel = 512, kHidden = 2048;
  const at::Tensor input = at::rand({kTokens, kModel}), weight = at::rand({kModel, kHidden});
  at::Tensor output = at::empty({kTokens, kHidden});
  at::mm_out(output, input, weight);
  double best = 1e30;
  const auto start = Clock::now();
  for (auto last = start; last - start < std::chrono::milliseconds(200);) {
    at::mm_out(output, input, weight);
    const auto now = Clock::now();
    best = std::min(best, std::chrono::duration<double>(now - last).count());
    last = now;
  }
  return 2e-9 * static_cast<double>(kTokens * kModel * kHidden) / best;
}

}  // namespace

Check check_libtorch() {
  const std::string capability = cpu_capability();
  Check check{"LibTorch", Verdict::kOk, fmt::format("{}, {} kernels", TORCH_VERSION, capability), "", {}};
  check.details = {{"version", TORCH_VERSION}, {"cpu_capability", capability}};
  if (capability == "DEFAULT" || capability == "NO AVX") {
    check.verdict = Verdict::kWarning;
    check.advice = "this processor has no AVX2, or ATEN_CPU_CAPABILITY turns it off: training is several times slower";
  }
  return check;
}

Check check_kernels() {
  const std::string_view level = enum_name(ops::cpu_level()), highest = enum_name(ops::highest_cpu_level());
  Check check{"kernels", Verdict::kOk, std::string(level), "", {{"level", level}, {"highest_level", highest}}};
  if (level != highest) {
    check.verdict = Verdict::kWarning;
    check.advice = fmt::format("this processor has {}: unset PRENORM_CPU_LEVEL", highest);
  }
  return check;
}

Check check_devices() {
  const auto gpus = static_cast<std::int64_t>(torch::cuda::device_count());
  const std::string finding = gpus > 0 ? fmt::format("CPU and {} CUDA device{}", gpus, gpus > 1 ? "s" : "")
                              : torch::cuda::is_available() ? std::string("CPU")
                                                            : std::string("CPU; no CUDA in this LibTorch or machine");
  return {"devices", Verdict::kOk, finding, "", {{"cuda_devices", gpus}}};
}

Check check_threads() {
  const int cores = usable_cores();
  const int threads = at::get_num_threads();
  Check check{"threads", Verdict::kOk, fmt::format("{} for {} cores", threads, cores), "", {}};
  check.details = {{"threads", threads}, {"cores", cores}};
  if (threads < cores) {
    check.verdict = Verdict::kWarning;
    check.advice = "some cores are idle: is OMP_THREAD_LIMIT set?";
  }
  return check;
}

Check check_matrix_products() {
  const double rate = measure_gflops();
  const int threads = at::get_num_threads();
  Check check{"products", Verdict::kOk, fmt::format("{:.0f} GFLOP/s in single precision", rate), "", {}};
  double load = 0;  // average load of the last minute
  ::getloadavg(&load, 1);
  check.details = {{"gflops", rate}, {"threads", threads}, {"load", load}};
  if (rate < kSlowPerThread * threads) {
    check.verdict = Verdict::kWarning;
    check.advice = load > threads
                       ? fmt::format("other programs use the cores (load {:.1f}): try again without them", load)
                       : std::string("very slow for this many threads: see BLAS above");
  }
  return check;
}

}  // namespace prenorm::cli
