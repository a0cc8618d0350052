// The part of a run's state that trainer.json contains. Each number has its range: anybody can make a file with a
// matching hash, and numbers used in calculations must not overflow.
#include "prenorm/base/json.h"
#include "prenorm/runs/checkpoint.h"

namespace prenorm::runs {
namespace {

constexpr Range kSeconds{0, 1e12};
constexpr Range kNats{-1e30, 1e30};  // below zero only if a loss is not a likelihood

template <class Fields, class T>
void window_members(Fields&& fields, T& w) {
  fields.real("loss_nats", w.loss_nats, kNats);
  fields.real("nll_nats", w.nll_nats, kNats);
  fields.whole("target_tokens", w.target_tokens);
  fields.whole("source_tokens", w.source_tokens);
  fields.real("seconds", w.seconds, kSeconds);
}

template <class Fields, class T>
void skipped_members(Fields&& fields, T& s) {
  fields.whole("update", s.update);
  fields.whole("epoch", s.epoch);
  fields.whole("batch", s.batch);
  fields.whole("batches", s.batches);
}

template <class Fields, class T>
void state_members(Fields&& fields, T& s) {
  fields.whole("step", s.step);
  fields.whole("epoch", s.epoch);
  fields.whole("batch", s.batch);
  fields.whole("target_tokens", s.target_tokens);
  fields.whole("batches", s.batches);
  fields.real("seconds", s.seconds, kSeconds);
  fields.real("best_value", s.best_value);
  fields.whole("best_step", s.best_step);
  fields.whole("validations_without_improvement", s.validations_without_improvement);
  fields.real("first_loss", s.first_loss, kNats);
  fields.reals("recent_losses", s.recent_losses, kLossesToJudge, kNats);
  fields.value("window", s.window);
  fields.whole("faults", s.faults);
  fields.whole("faults_in_a_row", s.faults_in_a_row);
  fields.whole("past_faults", s.past_faults);
  fields.value("skipped", s.skipped);
  fields.real("rate_sum", s.rate_sum, Range{0, 1e18});
  fields.real("unigram_nats", s.unigram_nats, Range{0, 1e6});
  fields.value("history", s.history);
  fields.value("data", s.data);
  fields.whole("workers", s.workers);
  fields.value("cpu_level", s.cpu_level);
  fields.value("on_schedule", s.on_schedule);
}

template <class Fields, class T>
void update_members(Fields&& fields, T& u) {
  fields.whole("step", u.step);
  fields.whole("epoch", u.epoch);
  fields.whole("batch", u.batch);
  fields.whole("batches", u.batches);
  fields.real("rate", u.learning_rate, Range{0, 1e30});
  fields.real("loss", u.loss, kNats);
  fields.real("nll", u.nll, kNats);
  fields.real("grad_norm", u.grad_norm, Range{0});
}

}  // namespace

void to_json(nlohmann::json& json, const WindowSums& window) {
  JsonWriter fields(json);
  window_members(fields, window);
}
void from_json(const nlohmann::json& json, WindowSums& window) { window_members(JsonReader(json), window); }

void to_json(nlohmann::json& json, const SkippedBatches& skipped) {
  JsonWriter fields(json);
  skipped_members(fields, skipped);
}
void from_json(const nlohmann::json& json, SkippedBatches& skipped) { skipped_members(JsonReader(json), skipped); }

void to_json(nlohmann::json& json, const TrainerState& state) {
  JsonWriter fields(json);
  state_members(fields, state);
  if (!state.noise_scale.empty()) json["noise_scale"] = state.noise_scale;
}
// Checkpoints of older versions lack newer fields.
void from_json(const nlohmann::json& json, TrainerState& state) {
  const JsonReader fields(json, MissingJson::kLeftAsItIs);
  state_members(fields, state);
  fields.value("noise_scale", state.noise_scale);
}

void to_json(nlohmann::json& json, const UpdateRecord& record) {
  JsonWriter fields(json);
  update_members(fields, record);
  if (record.tensors.empty()) return;
  nlohmann::json& tensors = json["tensors"] = nlohmann::json::array();
  for (const TensorUpdate& t : record.tensors) tensors.push_back({t.gradient, t.weight, t.ratio});
}

void from_json(const nlohmann::json& json, UpdateRecord& record) {
  update_members(JsonReader(json), record);
  record.tensors.clear();
  if (!json.contains("tensors")) return;
  const auto norm = [](const nlohmann::json& value) { return real_number(value, "tensors", Range{0}); };
  for (const nlohmann::json& t : json["tensors"]) {
    if (!t.is_array() || t.size() != 3) refuse_json("tensors", "three numbers for each tensor");
    record.tensors.push_back({norm(t[0]), norm(t[1]), norm(t[2])});
  }
}

void to_json(nlohmann::json& json, const UpdateHistory& history) {
  json = {{"parameters", history.parameters}, {"updates", history.updates_}};
}

void from_json(const nlohmann::json& json, UpdateHistory& history) {
  const JsonReader fields(json);
  fields.value("parameters", history.parameters);
  fields.value("updates", history.updates_);
  for (const UpdateRecord& u : history.updates_)
    if (!u.tensors.empty() && u.tensors.size() != history.parameters.size())
      refuse_json("tensors", "one entry for each parameter");
}

}  // namespace prenorm::runs
