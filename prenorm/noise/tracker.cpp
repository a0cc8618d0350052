#include "prenorm/noise/tracker.h"

#include <algorithm>
#include <cmath>

#include "prenorm/base/error.h"
#include "prenorm/base/json.h"

namespace prenorm::noise {
namespace {

constexpr Range kCount{0, 1e15};
// Larger moments of a parameter are no gradients of a model, and would leave the range that a checkpoint accepts.
constexpr double kLargestMoment = 1e65;

bool gives_estimate(const BatchMoments& batch) {
  const auto usable = [](const NamedMoments& p) {
    return std::abs(p.moments.gradient_square) < kLargestMoment &&
           std::abs(p.moments.gradient_variance) < kLargestMoment;
  };
  return batch.examples > 1 && !batch.parameters.empty() &&
         std::all_of(batch.parameters.begin(), batch.parameters.end(), usable);
}

void add_to(std::vector<PartMean>& means, std::vector<NamedMoments> parts, double keep) {
  for (NamedMoments& part : parts) {
    auto found = std::find_if(means.begin(), means.end(), [&](const PartMean& m) { return m.name == part.name; });
    if (found == means.end()) found = means.insert(found, PartMean{std::move(part.name)});
    found->moments.add(part.moments, keep);
  }
}

}  // namespace

template <class Fields, class T>
void tracker_members(Fields&& fields, T& t) {
  fields.value("measured", t.measured_);
  fields.whole("updates", t.updates_);
  fields.whole("updates_without_estimate", t.updates_without_estimate_);
  fields.real("examples", t.examples_, kCount);
  fields.real("target_tokens", t.target_tokens_, kCount);
  fields.value("groups", t.groups_);
  fields.value("layers", t.layers_);
}

void Tracker::add(NoiseScale measured, const BatchMoments& batch, double keep) {
  if (measured == NoiseScale::kOff) throw_error<UsageError>("nothing was measured for the noise scale");
  if (measured_ != enum_name(measured)) {
    *this = {};
    measured_ = enum_name(measured);
  }
  if (!gives_estimate(batch)) {
    ++updates_without_estimate_;
    return;
  }
  add_to(groups_, by_group(batch.parameters), keep);
  if (measured == NoiseScale::kAll) add_to(groups_, {{std::string(kTotal), sum_of(batch.parameters)}}, keep);
  add_to(layers_, by_layer(batch.parameters), keep);
  const double take = updates_++ == 0 ? 1 : 1 - keep;
  examples_ += take * (static_cast<double>(batch.examples) - examples_);
  target_tokens_ += take * (static_cast<double>(batch.target_tokens) - target_tokens_);
}

void to_json(nlohmann::json& json, const PartMean& part) {
  json = part.moments;
  json["part"] = part.name;
}
void from_json(const nlohmann::json& json, PartMean& part) {
  JsonReader(json).value("part", part.name);
  part.moments = json.get<MeanMoments>();
}

void to_json(nlohmann::json& json, const Tracker& tracker) {
  JsonWriter fields(json);
  tracker_members(fields, tracker);
}
void from_json(const nlohmann::json& json, Tracker& tracker) { tracker_members(JsonReader(json), tracker); }

}  // namespace prenorm::noise
