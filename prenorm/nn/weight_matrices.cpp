#include "prenorm/nn/weight_matrices.h"

#include <fmt/format.h>

#include <string_view>

#include "prenorm/nn/parameter_names.h"

namespace prenorm::nn {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kWeight = ".weight";

// How attention stacks its matrices: nn/attention.cpp.
std::vector<std::string_view> stacked_in(std::string_view kind) {
  if (kind.ends_with(".qkv")) return {"query"sv, "key"sv, "value"sv};
  if (kind.ends_with(".key_value")) return {"key"sv, "value"sv};
  return {};
}

// "self_attention.qkv" of "encoder.layers.0.self_attention.qkv.weight".
std::string kind_of(std::string_view parameter) {
  if (parameter.ends_with(kWeight)) parameter.remove_suffix(kWeight.size());
  if (layer_of(parameter)) parameter.remove_prefix(layer_name(parameter).size() + 1);
  return std::string(parameter);
}

}  // namespace

std::string WeightMatrix::name() const {
  return layer ? fmt::format("{}.layers.{}.{}", enum_name(layer->stack), layer->index, kind) : kind;
}

std::vector<WeightMatrix> weight_matrices(const Parameters& parameters) {
  std::vector<WeightMatrix> matrices;
  for (const Parameter& p : parameters.list()) {
    if (p.value.dim() != 2 || p.value.size(0) < 2 || p.value.size(1) < 2) continue;
    const at::Tensor value = p.value.detach();
    const std::string kind = kind_of(p.name);
    const std::vector<std::string_view> parts = stacked_in(kind);
    if (parts.empty()) matrices.push_back({layer_of(p.name), kind, value, p.name});
    const std::string_view sublayer = std::string_view(kind).substr(0, kind.rfind('.'));
    const std::int64_t rows = parts.empty() ? 0 : value.size(0) / std::ssize(parts);
    for (std::size_t i = 0; i < parts.size(); ++i)
      matrices.push_back({layer_of(p.name), fmt::format("{}.{}", sublayer, parts[i]),
                          value.narrow(0, static_cast<std::int64_t>(i) * rows, rows), p.name});
  }
  return matrices;
}

}  // namespace prenorm::nn
