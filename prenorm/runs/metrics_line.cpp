#include "prenorm/runs/metrics_line.h"

#include <nlohmann/json.hpp>

#include "prenorm/base/json.h"
#include "prenorm/base/json_number.h"
#include "prenorm/runs/results.h"

namespace prenorm::runs {
namespace {

using Json = nlohmann::ordered_json;

// Writes the members of a line in the order in which they are declared below.
class LineWriter {
 public:
  explicit LineWriter(Json& line) : line_(line) {}

  void operator()(const char* key, std::int64_t value) { line_[key] = value; }
  void operator()(const char* key, const std::string& value) { line_[key] = value; }
  void operator()(const char* key, double value) { line_[key] = json_number(value); }
  void operator()(const char* key, const NamedNumbers& values) {
    Json& object = line_[key] = Json::object();
    // The names are all different, so that each can be appended without a search for it.
    auto& members = object.get_ref<Json::object_t&>();
    for (const auto& [name, value] : values) members.emplace_back(name, json_number(value));
  }

 private:
  Json& line_;
};

// Reads the output of LineWriter. Missing members and those of another type are skipped.
class LineFields {
 public:
  explicit LineFields(const Json& line) : line_(line) {}

  void operator()(const char* key, std::int64_t& value) const {
    if (const Json* found = find(key); found != nullptr && is_count(*found)) value = found->get<std::int64_t>();
  }
  void operator()(const char* key, std::string& value) const {
    if (const Json* found = find(key); found != nullptr && found->is_string()) value = *found;
  }
  void operator()(const char* key, double& value) const { value = number_or_nan(line_, key); }
  void operator()(const char* key, NamedNumbers& values) const {
    const Json* found = find(key);
    if (found == nullptr || !found->is_object()) return;
    for (const auto& [name, value] : found->items()) values.emplace_back(name, number_of(value).value_or(NAN));
  }

  static bool is_count(const Json& value) {
    constexpr std::int64_t kHighest = WholeRange{}.highest;
    return value.is_number_unsigned() && value.get<std::uint64_t>() <= static_cast<std::uint64_t>(kHighest);
  }

 private:
  const Json* find(const char* key) const {
    const auto found = line_.find(key);
    return found != line_.end() ? &*found : nullptr;
  }

  const Json& line_;
};

template <class Fields, class Line>
void update_members(Fields&& field, Line& line) {
  field("epoch", line.epoch);
  field("loss_nats_per_token", line.loss);
  field("nll_nats_per_token", line.nll);
  field("learning_rate", line.learning_rate);
  field("grad_norm_l2_preclip", line.grad_norm);
  field("target_tokens", line.target_tokens);
  field("target_tokens_per_second", line.tokens_per_second);
  field("seconds", line.seconds);
}

template <class Fields, class Line>
void observation_members(Fields&& field, Line& line) {
  field("grad_norm_l2_by_parameter", line.grad_norms);
  field("weight_norm_l2_by_parameter", line.weight_norms);
  field("update_ratio_by_parameter", line.update_ratios);
  field("rms_by_point", line.rms);
  field("mean_cosine_by_point", line.mean_cosines);
}

template <class Fields, class Line>
void fault_members(Fields&& field, Line& line) {
  field("update", line.update);
  field("kind", line.kind);
  field("what", line.what);
  field("tensor", line.tensor);
  field("action", line.action);
}

template <class Fields, class Batch>
void batch_members(Fields&& field, Batch& batch) {
  field("epoch", batch.epoch);
  field("batch", batch.batch);
  field("origin", batch.origin);
  field("loss_nats_per_token", batch.loss);
  field("learning_rate", batch.learning_rate);
  field("grad_norm_l2_preclip", batch.grad_norm);
}

template <class Fields, class Line>
void noise_members(Fields&& field, Line& line) {
  field("updates", line.updates);
  field("updates_without_estimate", line.updates_without_estimate);
  field("updates_in_mean", line.updates_in_mean);
  field("examples_per_update", line.examples);
  field("target_tokens_per_example", line.target_tokens_per_example);
}

constexpr const char *kByGroup = "noise_scale_by_group", *kByLayer = "noise_scale_by_layer";

Json head(const char* type, std::int64_t step) { return {{"type", type}, {"step", step}}; }

Json json_of(const UpdateLine& line) {
  Json json = head("update", line.step);
  update_members(LineWriter(json), line);
  if (line.batches > 0) json["batches"] = line.batches;
  return json;
}

Json json_of(const ObservationLine& line) {
  Json json = head("observation", line.step);
  observation_members(LineWriter(json), line);
  return json;
}

Json json_of(const ValidationLine& line) {
  Json json = head("validation", line.step);
  json.update(to_json(line.validation));
  json["best_so_far"] = line.best_so_far;
  if (line.at_end) json["at_end"] = true;
  return json;
}

Json json_of(const FaultLine& line) {
  Json json = head("fault", line.step);
  fault_members(LineWriter(json), line);
  if (line.batch) batch_members(LineWriter(json), *line.batch);
  return json;
}

Json json_of(const NoiseScaleLine& line) {
  Json json = head("noise_scale", line.step);
  noise_members(LineWriter(json), line);
  json[kByGroup] = noise::to_json(line.groups, line.target_tokens_per_example);
  json[kByLayer] = noise::to_json(line.layers, line.target_tokens_per_example);
  return json;
}

Json json_of(const OtherLine& line) { return head("other", line.step); }

ValidationLine validation_line_of(const Json& json, std::int64_t step) {
  ValidationLine line{.step = step};
  Validation& v = line.validation;
  v.loss_nats_per_token = number_or_nan(json, "loss_nats_per_token");
  v.nll_nats_per_token = number_or_nan(json, "nll_nats_per_token");
  if (json.contains("bits_per_byte")) v.bits_per_byte = number_or_nan(json, "bits_per_byte");
  if (json.contains("bleu")) v.bleu = number_or_nan(json, "bleu");
  const Json scores = json.value("scores", Json::array());
  for (const Json& score : scores)
    if (score.is_object() && score.contains("name") && score["name"].is_string())
      v.scores.emplace_back(score["name"], number_or_nan(score, "value"));
  line.best_so_far = json.value("best_so_far", Json()) == true;
  line.at_end = json.contains("at_end");
  return line;
}

FaultLine fault_line_of(const Json& json, std::int64_t step) {
  FaultLine line{.step = step};
  fault_members(LineFields(json), line);
  if (json.contains("batch")) batch_members(LineFields(json), line.batch.emplace());
  return line;
}

NoiseScaleLine noise_line_of(const Json& json, std::int64_t step) {
  NoiseScaleLine line{.step = step};
  noise_members(LineFields(json), line);
  line.groups = noise::parts_from_json(json.value(kByGroup, Json()));
  line.layers = noise::parts_from_json(json.value(kByLayer, Json()));
  return line;
}

template <class Line>
Line line_of(std::int64_t step) {
  Line line;
  line.step = step;
  return line;
}

}  // namespace

NoiseScaleLine noise_scale_line(std::int64_t step, const noise::Tracker& tracker) {
  return {.step = step,
          .updates = tracker.updates(),
          .updates_without_estimate = tracker.updates_without_estimate(),
          .updates_in_mean = tracker.whole() != nullptr ? tracker.whole()->batches() : 0,
          .examples = tracker.examples(),
          .target_tokens_per_example = tracker.target_tokens_per_example(),
          .groups = noise::noise_of(tracker.groups()),
          .layers = noise::noise_of(tracker.layers())};
}

std::int64_t step_of(const MetricsLine& line) {
  return std::visit([](const auto& l) { return l.step; }, line);
}

nlohmann::ordered_json to_json(const MetricsLine& line) {
  return std::visit([](const auto& l) { return json_of(l); }, line);
}

std::optional<MetricsLine> parse_metrics_line(std::string_view text) {
  const auto json = parse_json<Json>(text);
  if (!json.is_object() || !json.contains("type") || !json["type"].is_string()) return std::nullopt;
  if (!json.contains("step") || !LineFields::is_count(json["step"])) return std::nullopt;
  const std::string& type = json["type"].get_ref<const std::string&>();
  const auto step = json["step"].get<std::int64_t>();
  if (type == "validation") return validation_line_of(json, step);
  if (type == "fault") return fault_line_of(json, step);
  if (type == "noise_scale") return noise_line_of(json, step);
  if (type == "update") {
    auto line = line_of<UpdateLine>(step);
    const LineFields fields(json);
    update_members(fields, line);
    fields("batches", line.batches);
    return line;
  }
  if (type == "observation") {
    auto line = line_of<ObservationLine>(step);
    observation_members(LineFields(json), line);
    return line;
  }
  return OtherLine{step};
}

}  // namespace prenorm::runs
