// The noise scale at a checkpoint as text and JSON.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

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

}  // namespace

std::string report_of(const NoiseProbe& p) {
  std::string out = fmt::format(
      "{}: checkpoint {}\nGradient noise scale in examples, 95 % intervals; {} batches from batch {} of epoch {} on, "
      "in "
      "{} pairs of {:.1f} examples,\n{:.1f} target tokens each; dropout off\n",
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
