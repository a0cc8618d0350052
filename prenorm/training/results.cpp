#include "prenorm/training/results.h"

#include <nlohmann/json.hpp>
#include <string_view>

namespace prenorm::training {
namespace {

std::string_view name(StopReason reason) {
  switch (reason) {
    case StopReason::kMaxSteps: return "train.max_steps";
    case StopReason::kMaxEpochs: return "train.max_epochs";
    case StopReason::kPatience: return "train.patience";
    case StopReason::kSignal: return "signal";
  }
  return "";
}

}  // namespace

nlohmann::ordered_json to_json(const Validation& v) {
  nlohmann::ordered_json json{{"loss_nats_per_token", v.loss_nats_per_token},
                              {"nll_nats_per_token", v.nll_nats_per_token}};
  if (!v.bleu) return json;
  json["bleu"] = *v.bleu;
  json["bleu_signature"] = v.bleu_signature;
  for (const Sample& s : v.samples)
    json["samples"].push_back({{"source", s.source}, {"reference", s.reference}, {"output", s.output}});
  return json;
}

nlohmann::ordered_json to_json(const TrainingResult& result) {
  nlohmann::ordered_json json{{"stopped_by", name(result.reason)},
                              {"updates", result.state.step},
                              {"epochs", result.state.epoch},
                              {"target_tokens", result.state.target_tokens},
                              {"training_seconds", result.state.seconds}};
  if (result.last_validation) {
    json["last"] = to_json(*result.last_validation);
    json["best_step"] = result.state.best_step;
  }
  if (result.average_validation) json["average"] = to_json(*result.average_validation);
  return json;
}

}  // namespace prenorm::training
