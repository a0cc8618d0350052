#include "prenorm/diagnosis/evidence.h"

#include <cmath>

#include "prenorm/base/error.h"
#include "prenorm/config/load.h"
#include "prenorm/io/safetensors.h"
#include "prenorm/runs/metrics_log.h"
#include "prenorm/runs/read_checkpoint.h"

namespace prenorm::diagnosis {
namespace {

bool is_whole(const runs::UpdateLine& line) {
  return std::isfinite(line.loss + line.nll + line.learning_rate + line.grad_norm);
}

// Nothing where a norm is not finite.
std::optional<LoggedObservation> observation_of(const runs::ObservationLine& line) {
  LoggedObservation seen{.step = line.step};
  for (const auto& [name, norm] : line.grad_norms) seen.tensors[name].gradient = norm;
  for (const auto& [name, norm] : line.weight_norms) seen.tensors[name].weight = norm;
  for (const auto& [name, ratio] : line.update_ratios) seen.tensors[name].ratio = ratio;
  for (const auto& [name, tensor] : seen.tensors)
    if (!std::isfinite(tensor.gradient + tensor.weight + tensor.ratio)) return std::nullopt;
  for (const auto& [point, rms] : line.rms)
    if (std::isfinite(rms)) seen.rms.emplace_back(point, rms);
  for (const auto& [point, cosine] : line.mean_cosines)
    if (std::isfinite(cosine)) seen.mean_cosines.emplace_back(point, cosine);
  return seen;
}

}  // namespace

Evidence read_log(const std::filesystem::path& metrics) {
  Evidence evidence;
  runs::read_metrics(metrics, [&](const runs::MetricsLine& line) {
    if (const auto* update = std::get_if<runs::UpdateLine>(&line); update != nullptr && is_whole(*update))
      evidence.log.push_back(*update);
    if (const auto* observation = std::get_if<runs::ObservationLine>(&line))
      if (auto seen = observation_of(*observation)) evidence.observations.push_back(std::move(*seen));
  });
  return evidence;
}

Evidence read_evidence(const runs::RunFolder& folder) {
  Evidence evidence = read_log(folder.metrics());
  evidence.config = load_run_config(folder.path()).config;
  evidence.config.model = model_of_task(evidence.config);
  if (folder.steps().empty()) return evidence;
  const auto newest = [&] {
    const std::vector<std::int64_t> steps = folder.steps();
    if (steps.empty()) throw_error<CheckpointError>("{}: its checkpoints were removed", folder.path().string());
    return folder.checkpoint(steps.back());
  };
  const auto [state, weights] = runs::read_checkpoint(newest, [](const std::filesystem::path& checkpoint) {
    return std::pair(runs::load_state(checkpoint), io::read_safetensors(checkpoint / "model.safetensors"));
  });
  evidence.state = state;
  for (const std::string& name : state.history.parameters)
    evidence.parameters.push_back({name, weights.at(name).dim() > 1});
  for (const auto& [name, tensor] : weights.tensors)
    if (evidence.bad_weight.empty() && !updates::all_finite(tensor)) evidence.bad_weight = name;
  return evidence;
}

}  // namespace prenorm::diagnosis
