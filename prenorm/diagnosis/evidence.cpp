#include "prenorm/diagnosis/evidence.h"

#include "prenorm/base/error.h"
#include "prenorm/base/json.h"
#include "prenorm/config/load.h"
#include "prenorm/files/file_system.h"
#include "prenorm/files/line_reader.h"
#include "prenorm/io/safetensors.h"
#include "prenorm/runs/read_checkpoint.h"

namespace prenorm::diagnosis {
namespace {

using Json = nlohmann::ordered_json;

LoggedUpdate update_of(const Json& line) {
  const BasicJsonReader fields(line);
  LoggedUpdate update{};
  fields.whole("step", update.step);
  fields.real("loss_nats_per_token", update.loss);
  fields.real("nll_nats_per_token", update.nll);
  fields.real("learning_rate", update.learning_rate);
  fields.real("grad_norm_l2_preclip", update.grad_norm);
  return update;
}

LoggedObservation observation_of(const Json& line) {
  LoggedObservation seen{whole_number(line.at("step"), "step"), {}, {}};
  const Json none = Json::object();
  const Json weights = line.value("weight_norm_l2_by_parameter", none),
             ratios = line.value("update_ratio_by_parameter", none);
  for (const auto& [name, norm] : line.at("grad_norm_l2_by_parameter").items())
    seen.tensors[name] = {norm.get<double>(), weights.value(name, 0.0), ratios.value(name, 0.0)};
  for (const auto& [point, rms] : line.at("rms_by_point").items())
    if (rms.is_number()) seen.rms.emplace_back(point, rms.get<double>());
  return seen;
}

void read_line(const Json& line, Evidence& evidence) try {
  const std::string type = line.at("type");
  if (type == "update") evidence.log.push_back(update_of(line));
  if (type == "observation") evidence.observations.push_back(observation_of(line));
} catch (const Json::exception&) {  // see read_log()
} catch (const JsonError&) {
}

}  // namespace

Evidence read_log(const std::filesystem::path& metrics) {
  Evidence evidence;
  if (!is_there(metrics)) return evidence;
  LineReader reader(metrics);
  for (std::string line; reader.next(line);) read_line(parse_json<Json>(line), evidence);
  return evidence;
}

Evidence read_evidence(const runs::RunFolder& folder) {
  Evidence evidence = read_log(folder.metrics());
  evidence.config = load_run_config(folder.path()).config;
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
