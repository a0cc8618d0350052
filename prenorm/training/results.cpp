#include "prenorm/training/results.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "prenorm/base/error.h"
#include "prenorm/base/file.h"
#include "prenorm/base/json_text.h"

namespace prenorm::training {
namespace {

constexpr std::array<std::pair<StopReason, std::string_view>, 5> kNames{{{StopReason::kMaxSteps, "train.max_steps"},
                                                                         {StopReason::kMaxEpochs, "train.max_epochs"},
                                                                         {StopReason::kPatience, "train.patience"},
                                                                         {StopReason::kSignal, "signal"},
                                                                         {StopReason::kDivergence, "divergence"}}};

std::string_view name(StopReason reason) {
  return std::find_if(kNames.begin(), kNames.end(), [&](const auto& n) { return n.first == reason; })->second;
}

StopReason reason_named(const std::string& text) {
  for (const auto& [reason, name] : kNames)
    if (name == text) return reason;
  throw nlohmann::json::other_error::create(0, "stopped_by is " + text, nullptr);
}

Validation validation_of(const nlohmann::json& json) {
  Validation v{.loss_nats_per_token = json.at("loss_nats_per_token"),
               .nll_nats_per_token = json.at("nll_nats_per_token"),
               .bleu = std::nullopt,
               .bleu_signature = json.value("bleu_signature", ""),
               .samples = {},
               .bits_per_byte = std::nullopt,
               .scores = {}};
  if (json.contains("bleu")) v.bleu = json["bleu"].get<double>();
  for (const auto& s : json.value("samples", nlohmann::json::array()))
    v.samples.push_back({s.at("source"), s.at("reference"), s.at("output")});
  if (json.contains("bits_per_byte")) v.bits_per_byte = json["bits_per_byte"].get<double>();
  for (const auto& score : json.value("scores", nlohmann::json::array()))
    v.scores.emplace_back(score.at("name"), score.at("value"));
  return v;
}

TrainingResult result_of(const nlohmann::json& json) {
  TrainingResult result{reason_named(json.at("stopped_by")), {}, {}, {}, json.value("diverged_because", "")};
  json.at("updates").get_to(result.state.step);
  json.at("epochs").get_to(result.state.epoch);
  json.at("target_tokens").get_to(result.state.target_tokens);
  json.at("training_seconds").get_to(result.state.seconds);
  result.state.faults = json.value("faults", std::int64_t{0});
  result.state.unigram_nats = json.value("unigram_nats_per_token", 0.0);
  result.state.best_step = json.value("best_step", std::int64_t{0});
  if (json.contains("last")) result.last_validation = validation_of(json["last"]);
  if (json.contains("average")) result.average_validation = validation_of(json["average"]);
  return result;
}

}  // namespace

std::string summary(const Validation& v) {
  std::string text = fmt::format("validation loss {:.4f} nats per token", v.loss_nats_per_token);
  if (v.bits_per_byte) text += fmt::format(", {:.4f} bits per byte", *v.bits_per_byte);
  for (const auto& [name, value] : v.scores) text += fmt::format(", {} {:.4f}", name, value);
  if (v.bleu) text += fmt::format(", BLEU {:.2f}", *v.bleu);
  return text;
}

nlohmann::ordered_json to_json(const Validation& v) {
  nlohmann::ordered_json json{{"loss_nats_per_token", v.loss_nats_per_token},
                              {"nll_nats_per_token", v.nll_nats_per_token}};
  if (v.bits_per_byte) json["bits_per_byte"] = *v.bits_per_byte;
  for (const auto& [name, value] : v.scores) json["scores"].push_back({{"name", name}, {"value", value}});
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
                              {"training_seconds", result.state.seconds},
                              {"faults", result.state.faults}};
  if (result.state.unigram_nats > 0) json["unigram_nats_per_token"] = result.state.unigram_nats;
  if (result.last_validation) {
    json["last"] = to_json(*result.last_validation);
    json["best_step"] = result.state.best_step;
  }
  if (result.average_validation) json["average"] = to_json(*result.average_validation);
  if (!result.diverged_because.empty()) json["diverged_because"] = result.diverged_because;
  return json;
}

void write_results(const std::filesystem::path& path, const TrainingResult& result) {
  // A message may name a file whose name is not UTF-8.
  write_file_atomically(path, json_text(to_json(result), 2) + "\n");
}

TrainingResult read_results(const std::filesystem::path& path) {
  try {
    return result_of(nlohmann::json::parse(read_file(path)));
  } catch (const nlohmann::json::exception&) {
    throw_error<DataError>("{}: is not the results of a run; remove it, and resume the run to have it written anew",
                           path.string());
  }
}

}  // namespace prenorm::training
