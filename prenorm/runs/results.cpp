#include "prenorm/runs/results.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "prenorm/base/error.h"
#include "prenorm/base/json.h"
#include "prenorm/base/json_kind.h"
#include "prenorm/base/json_number.h"
#include "prenorm/base/json_text.h"
#include "prenorm/files/file.h"
#include "prenorm/files/json_file.h"

namespace prenorm::runs {
namespace {

constexpr std::array<std::pair<StopReason, std::string_view>, 6> kNames{{{StopReason::kMaxSteps, "train.max_steps"},
                                                                         {StopReason::kMaxTokens, "train.max_tokens"},
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
  refuse_json("stopped_by", "a reason to stop, not  " + text);
}

Sample sample_of(const nlohmann::json& json) {
  const JsonReader fields(json);
  Sample sample;
  fields.value("source", sample.source);
  fields.value("reference", sample.reference);
  fields.value("output", sample.output);
  return sample;
}

std::optional<double> number_if_there(const nlohmann::json& json, const char* key) {
  return json.contains(key) ? std::optional(real_number(json[key], key)) : std::nullopt;
}

Validation validation_of(const nlohmann::json& json) {
  const JsonReader fields(json), others(json, MissingJson::kLeftAsItIs);
  Validation v;
  fields.real("loss_nats_per_token", v.loss_nats_per_token);
  fields.real("nll_nats_per_token", v.nll_nats_per_token);
  v.bleu = number_if_there(json, "bleu");
  v.bits_per_byte = number_if_there(json, "bits_per_byte");
  others.value("bleu_signature", v.bleu_signature);
  for (const auto& sample : json.value("samples", nlohmann::json::array())) v.samples.push_back(sample_of(sample));
  for (const auto& score : json.value("scores", nlohmann::json::array())) {
    auto& [name, value] = v.scores.emplace_back();
    JsonReader(score).value("name", name);
    value = number_or_nan(score, "value");
  }
  return v;
}

TrainingResult result_of(const nlohmann::json& json) {
  const JsonReader fields(json), others(json, MissingJson::kLeftAsItIs);
  std::string reason;
  fields.value("stopped_by", reason);
  TrainingResult result{reason_named(reason), {}, {}, {}, {}};
  others.value("diverged_because", result.diverged_because);
  fields.whole("updates", result.state.step);
  fields.whole("epochs", result.state.epoch);
  fields.whole("target_tokens", result.state.target_tokens);
  fields.real("training_seconds", result.state.seconds, Range{0, 1e12});
  others.whole("faults", result.state.faults);
  others.real("unigram_nats_per_token", result.state.unigram_nats);
  others.whole("best_step", result.state.best_step);
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
  for (const auto& [name, value] : v.scores) json["scores"].push_back({{"name", name}, {"value", json_number(value)}});
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
  write_file_atomically(path, json_text(with_kind(json_kinds::kRunResults, to_json(result)), 2) + "\n");
}

TrainingResult read_results(const std::filesystem::path& path) {
  const auto json = read_json(path);
  if (has_kind(json) && !is_of_kind(json, json_kinds::kRunResults))
    throw_error<DataError>(
        "{}: is of a kind or a version that this program does not read as the results of a run; "
        "remove it, and resume the run to have it written anew",
        path.string());
  try {
    return result_of(json);
  } catch (const JsonError&) {
    throw_error<DataError>("{}: does not hold the results of a run; remove it and resume the run to write it again",
                           path.string());
  }
}

}  // namespace prenorm::runs
