// The noise scale at a checkpoint as text and JSON.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "prenorm/base/json.h"
#include "prenorm/nn/parameter_names.h"
#include "prenorm/probe/noise_probe.h"

namespace prenorm::probe {
namespace {

std::string estimate_text(const noise::ScaleEstimate& scale) {
  const std::string value = scale.examples ? fmt::format("{:.3g}", *scale.examples) : "-";
  const std::string high = scale.high ? fmt::format("{:.3g}", *scale.high) : "no bound";
  return fmt::format("{:>9} {:>9} {:>9}", value, fmt::format("{:.3g}", scale.low), high);
}

std::string table_of(const char* first, const std::vector<noise::PartNoise>& exact,
                     const std::vector<noise::PartNoise>& other, double tokens) {
  std::string out =
      fmt::format("\n{:<20} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9}\n", first, "scale", "at least",
                  "at most", "tokens", "|G|^2", "tr Sigma", "two-batch", "at least", "at most");
  for (std::size_t i = 0; i < exact.size(); ++i) {
    const noise::PartNoise& part = exact[i];
    out += fmt::format("{:<20} {} {:>9} {:>9.3g} {:>9.3g} {}\n", part.part, estimate_text(part.scale),
                       part.scale.examples ? fmt::format("{:.3g}", *part.scale.examples * tokens) : "-",
                       part.moments.gradient_square, part.moments.gradient_variance, estimate_text(other[i].scale));
  }
  return out;
}

nlohmann::ordered_json estimates_json(const NoiseEstimates& estimates, double tokens) {
  return {{"by_group", noise::to_json(estimates.groups, tokens)},
          {"by_layer", noise::to_json(estimates.layers, tokens)}};
}

// What an object without an order lost: the whole model is last, layers go by their numbers.
bool is_before(const noise::PartNoise& a, const noise::PartNoise& b) {
  const bool a_is_total = a.part == noise::kTotal, b_is_total = b.part == noise::kTotal;
  if (a_is_total || b_is_total) return !a_is_total;
  const auto first = nn::layer_of(a.part), second = nn::layer_of(b.part);
  return first && second ? *first < *second : a.part < b.part;
}

NoiseEstimates estimates_from(const nlohmann::ordered_json& json) {
  const BasicJsonReader<nlohmann::ordered_json> fields(json);
  NoiseEstimates estimates{noise::parts_from_json(fields.at("by_group")),
                           noise::parts_from_json(fields.at("by_layer"))};
  for (auto* parts : {&estimates.groups, &estimates.layers}) std::stable_sort(parts->begin(), parts->end(), is_before);
  return estimates;
}

void refuse_other_parts(const std::vector<noise::PartNoise>& parts, const std::vector<noise::PartNoise>& others) {
  const auto same = [](const noise::PartNoise& a, const noise::PartNoise& b) { return a.part == b.part; };
  if (parts.empty() || !std::equal(parts.begin(), parts.end(), others.begin(), others.end(), same))
    refuse_json("two_batch", "the parts of by_example, and at least one");
}

}  // namespace

NoiseProbe noise_probe_from_json(const nlohmann::ordered_json& json) {
  const BasicJsonReader<nlohmann::ordered_json> fields(json);
  NoiseProbe p;
  fields.value("model", p.model);
  fields.value("checkpoint", p.checkpoint);
  fields.whole("epoch", p.epoch);
  fields.whole("batch", p.batch);
  fields.whole("batches", p.batches);
  fields.whole("large_batches", p.large_batches);
  fields.real("examples_per_large_batch", p.examples);
  fields.real("target_tokens_per_example", p.target_tokens_per_example);
  p.by_example = estimates_from(fields.at("by_example"));
  p.two_batch = estimates_from(fields.at("two_batch"));
  refuse_other_parts(p.by_example.groups, p.two_batch.groups);
  refuse_other_parts(p.by_example.layers, p.two_batch.layers);
  return p;
}

std::string report_of(const NoiseProbe& p) {
  std::string out = fmt::format(
      "{}: checkpoint {}\n"
      "Gradient noise scale in examples, 95 % intervals; {} batches from batch {} of epoch {} on, dropout off:\n"
      "{} pairs of {:.1f} examples with {:.1f} target tokens each\n",
      p.model, p.checkpoint, p.batches, p.batch, p.epoch, p.large_batches, p.examples, p.target_tokens_per_example);
  out += table_of("group", p.by_example.groups, p.two_batch.groups, p.target_tokens_per_example);
  out += table_of("layer", p.by_example.layers, p.two_batch.layers, p.target_tokens_per_example);
  return out;
}

nlohmann::ordered_json to_json(const NoiseProbe& p) {
  const double tokens = p.target_tokens_per_example;
  return {{"model", p.model},
          {"checkpoint", p.checkpoint},
          {"epoch", p.epoch},
          {"batch", p.batch},
          {"batches", p.batches},
          {"large_batches", p.large_batches},
          {"examples_per_large_batch", p.examples},
          {"target_tokens_per_example", tokens},
          {"by_example", estimates_json(p.by_example, tokens)},
          {"two_batch", estimates_json(p.two_batch, tokens)}};
}

}  // namespace prenorm::probe
