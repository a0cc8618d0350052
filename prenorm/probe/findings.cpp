#include "prenorm/probe/findings.h"

#include <cmath>
#include <limits>

#include "prenorm/base/json.h"
#include "prenorm/base/json_number.h"
#include "prenorm/probe/trainability_text.h"

namespace prenorm::probe {
namespace {

using Json = nlohmann::json;

template <class T>
T value_of(const Json& object, const char* key) {
  T value{};
  JsonReader(object).value(key, value);
  return value;
}

std::int64_t whole_of(const Json& object, const char* key) {
  std::int64_t value = 0;
  JsonReader(object).whole(key, value);
  return value;
}

template <class E>
E enum_of(const Json& object, const char* key) {
  const auto text = value_of<std::string>(object, key);
  for (const auto& [value, name] : EnumNames<E>::values)
    if (name == text) return value;
  refuse_json(key, "one of its names");
}

template <class T, class Read>
std::vector<T> list_of(const Json& object, const char* key, const Read& read) {
  const Json& items = JsonReader(object).at(key);
  if (!items.is_array()) refuse_json(key, "a list");
  std::vector<T> list;
  for (const Json& item : items) list.push_back(read(item));
  return list;
}

// Figures of a model that diverged are not numbers; JSON has null for them.
Estimate estimate_of(const Json& object, const char* key) {
  const Json& e = JsonReader(object).at(key);
  const std::int64_t count = whole_of(e, "n");
  return {number_or_nan(e, "mean"), number_or_nan(e, "ci95_half_width"), count};
}

std::optional<Interval> interval_of(const Json& object, const char* key) {
  const Json& i = JsonReader(object).at(key);
  if (i.is_null()) return std::nullopt;
  if (!i.is_array() || i.size() != 2) refuse_json(key, "two numbers");
  return Interval{real_number(i[0], key), real_number(i[1], key)};
}

// Figures that earlier versions did not print.
std::optional<double> later_number(const Json& object, const char* key) {
  const double value = number_or_nan(object, key);
  return std::isnan(value) ? std::nullopt : std::optional(value);
}

Estimate later_estimate(const Json& object, const char* key) {
  constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
  return object.contains(key) ? estimate_of(object, key) : Estimate{kUnknown, kUnknown, 0};
}

ModelConfig size_from(const Json& object) {
  ModelConfig model;
  model.norm_placement = enum_of<NormPlacement>(object, "norm_placement");
  model.encoder_layers = whole_of(object, "encoder_layers");
  model.decoder_layers = whole_of(object, "decoder_layers");
  model.d_model = whole_of(object, "d_model");
  model.d_ff = whole_of(object, "d_ff");
  model.num_heads = whole_of(object, "num_heads");
  return model;
}

LayerGradient gradient_from(const Json& g) {
  return {enum_of<Stack>(g, "stack"),
          whole_of(g, "layer"),
          estimate_of(g, "norm_of_mean_gradient"),
          estimate_of(g, "mean_gradient_norm"),
          number_or_nan(g, "over_last"),
          interval_of(g, "predicted_over_last"),
          later_number(g, "recursion_over_last")};
}

StateSummary state_from(const Json& s) {
  return {value_of<std::string>(s, "point"),
          estimate_of(s, "mean_squared_norm_over_d"),
          interval_of(s, "predicted"),
          number_or_nan(s, "share_off_by_10_percent"),
          number_or_nan(s, "share_off_by_20_percent"),
          number_or_nan(s, "layer_norm_jacobian_scale_mean"),
          later_estimate(s, "mean_cosine"),
          later_number(s, "recursion_squared_norm_over_d"),
          later_number(s, "recursion_cosine")};
}

ModelSummary model_from(const Json& m) {
  return {size_from(m), estimate_of(m, "loss_nats_per_token"), list_of<LayerGradient>(m, "w2_gradients", gradient_from),
          list_of<StateSummary>(m, "states", state_from),
          m.contains("recursion") ? recursion_from_json(m.at("recursion")) : std::vector<StackVerdict>{}};
}

Fit fit_from(const Json& f) {
  const bool depth = value_of<std::string>(f, "against") == "layers";
  const Json& predicted = JsonReader(f).at("predicted");
  return {depth ? "layers" : "d_model", enum_of<NormPlacement>(f, "norm_placement"),
          whole_of(f, depth ? "d_model" : "layers"), estimate_of(f, "exponent"), number_of(predicted)};
}

Ratio ratio_from(const Json& r) {
  return {whole_of(r, "layers"), whole_of(r, "d_model"), number_or_nan(r, "measured"), number_or_nan(r, "predicted")};
}

}  // namespace

Findings findings_from_json(const Json& document) {
  return {value_of<std::string>(document, "where"),      value_of<bool>(document, "simplified"),
          whole_of(document, "batches_of_each_seed"),    list_of<ModelSummary>(document, "models", model_from),
          list_of<Fit>(document, "exponents", fit_from), list_of<Ratio>(document, "pre_over_post", ratio_from)};
}

}  // namespace prenorm::probe
