#include "prenorm/runs/tensorboard.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/histc.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "prenorm/base/json_number.h"

namespace prenorm::runs {
namespace {

constexpr std::int64_t kBins = 30;

// Equal bins from the lowest to the highest value; a single bin if all values are the same.
io::Histogram histogram_of(const at::Tensor& values) {
  const at::Tensor x = values.detach().to(at::kDouble).flatten();
  io::Histogram h{.min = x.min().item<double>(),
                  .max = x.max().item<double>(),
                  .count = static_cast<double>(x.numel()),
                  .sum = x.sum().item<double>(),
                  .sum_of_squares = x.square().sum().item<double>()};
  if (h.min == h.max) {
    h.limits = {h.max};
    h.counts = {h.count};
    return h;
  }
  const at::Tensor counts = at::histc(x, kBins, h.min, h.max);
  for (std::int64_t i = 0; i < kBins; ++i) {
    h.limits.push_back(h.min + (h.max - h.min) * static_cast<double>(i + 1) / kBins);
    h.counts.push_back(counts[i].item<double>());
  }
  return h;
}

bool all_finite(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
}

void add_numbers(io::Summary& summary, const std::string& key, const nlohmann::ordered_json& map) {
  for (const auto& [name, value] : map.items())
    if (const auto number = number_of(value)) summary.add(fmt::format("{}/{}", key, name), *number);
}

void add_map(io::Summary& summary, const std::string& key, const nlohmann::ordered_json& map) {
  std::vector<double> values;
  for (const auto& [name, value] : map.items()) {
    if (value.is_object()) {
      add_numbers(summary, fmt::format("{}/{}", key, name), value);
      continue;
    }
    values.push_back(number_of(value).value_or(std::numeric_limits<double>::quiet_NaN()));
    summary.add(fmt::format("{}/{}", key, name), values.back());
  }
  if (!values.empty() && all_finite(values))
    summary.add(key, histogram_of(at::from_blob(values.data(), {std::ssize(values)}, at::kDouble)));
}

}  // namespace

TensorBoardLog::TensorBoardLog(const std::filesystem::path& folder, std::int64_t step) : file_(folder, step + 1) {}

void TensorBoardLog::write(const MetricsLine& line) {
  io::Summary summary;
  const nlohmann::ordered_json json = to_json(line);
  const std::string& type = json.at("type").get_ref<const std::string&>();
  for (const auto& [key, value] : json.items()) {
    if (value.is_object()) add_map(summary, key, value);
    if (const auto number = number_of(value); number && key != "step")
      summary.add(fmt::format("{}/{}", type, key), *number);
  }
  if (!summary.empty()) file_.write(step_of(line), summary);
}

void TensorBoardLog::write_weights(std::int64_t step, const std::vector<nn::Parameter>& parameters) {
  const at::NoGradGuard no_grad;
  io::Summary summary;
  for (const nn::Parameter& p : parameters) {
    const io::Histogram h = histogram_of(p.value);
    if (std::isfinite(h.sum_of_squares)) summary.add("weights/" + p.name, h);
  }
  if (!summary.empty()) file_.write(step, summary);
}

}  // namespace prenorm::runs
