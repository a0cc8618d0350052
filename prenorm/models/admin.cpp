#include "prenorm/models/admin.h"

#include <ATen/core/grad_mode.h>

#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace prenorm::models {
namespace {

using namespace std::string_view_literals;

struct BranchVariance {
  std::string scope;  // for example "encoder.layers.0.self_attention"
  double variance;    // over all elements
};

// The variance of each branch, in the order of computation.
std::vector<BranchVariance> measure_branches(const std::function<void(const nn::Context&)>& forward) {
  constexpr std::string_view kPoint = ".branch"sv;
  std::vector<BranchVariance> branches;
  const nn::Observer observer = [&](std::string_view point, const at::Tensor& value) {
    if (!point.ends_with(kPoint)) return;
    point.remove_suffix(kPoint.size());
    branches.push_back({std::string(point), value.to(at::kDouble).var(/*unbiased=*/false).item<double>()});
  };
  forward(nn::Context{.observer = &observer});
  return branches;
}

}  // namespace

void set_admin_scales(const nn::Parameters& parameters, const std::function<void(const nn::Context&)>& forward) {
  const at::NoGradGuard no_grad;
  for (const nn::Parameter& p : parameters.list())
    if (p.name.ends_with(".omega")) p.value.fill_(1);
  std::map<std::string, double> sums;  // per stack
  for (const auto& [scope, variance] : measure_branches(forward)) {
    double& sum = sums.try_emplace(scope.substr(0, scope.find('.')), 1).first->second;
    parameters.at(scope + ".omega").fill_(std::sqrt(sum));
    sum += variance;
  }
}

}  // namespace prenorm::models
