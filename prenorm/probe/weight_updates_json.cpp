// The format of `prenorm probe --updates --json`.
#include "prenorm/base/json.h"
#include "prenorm/probe/weight_updates_text.h"

namespace prenorm::probe {
namespace {

constexpr Range kNorm{0, 1e300}, kShare{0, 1 + 1e-9};
constexpr WholeRange kSide{1, 1'000'000'000};
constexpr std::size_t kMostValues = 1'000'000;

template <class Fields, class T>
void energy_members(Fields&& fields, T& energy) {
  fields.whole("directions", energy.directions, kSide);
  fields.real("share", energy.share, kShare);
}

template <class Fields, class T>
void row_members(Fields&& fields, T& rows) {
  fields.real("smallest", rows.smallest, kNorm);
  fields.real("median", rows.median, kNorm);
  fields.real("largest", rows.largest, kNorm);
  fields.whole("zero", rows.zero);
  fields.real("gap_ratio", rows.gap_ratio, kNorm);
  fields.whole("below_gap", rows.below_gap);
  fields.reals("histogram", rows.histogram, kHistogramBins, kNorm);
}

template <class Fields, class T>
void figures_members(Fields&& fields, T& figures) {
  fields.whole("rows", figures.rows, kSide);
  fields.whole("columns", figures.columns, kSide);
  fields.real("norm", figures.norm, kNorm);
  fields.real("stable_rank", figures.stable_rank, kNorm);
  fields.whole("rank_of_90_percent", figures.rank_of_90_percent);
  fields.value("energy_in_top", figures.energy_in_top);
  fields.reals("singular_values", figures.singular_values, kMostValues, kNorm);
  fields.value("row_norms", figures.row_norms);
}

template <class Fields, class T>
void matrix_members(Fields&& fields, T& matrix) {
  fields.value("matrix", matrix.kind);
  fields.real("relative_norm", matrix.relative_norm, kNorm);
  fields.value("update", matrix.figures);
}

template <class Fields, class T>
void updates_members(Fields&& fields, T& updates) {
  fields.value("model", updates.model);
  fields.value("checkpoint", updates.checkpoint);
  fields.value("since", updates.since);
  fields.value("matrices", updates.matrices);
  fields.value("random", updates.random);
}

Layer layer_from(const nlohmann::json& json) {
  for (const Stack stack : kStacks)
    if (json.at("stack") == enum_name(stack)) return {stack, whole_number(json.at("layer"), "layer")};
  refuse_json("stack", "encoder or decoder");
}

}  // namespace

void to_json(nlohmann::json& json, const TopEnergy& energy) { energy_members(JsonWriter(json), energy); }
void from_json(const nlohmann::json& json, TopEnergy& energy) { energy_members(JsonReader(json), energy); }

void to_json(nlohmann::json& json, const RowNorms& rows) { row_members(JsonWriter(json), rows); }
void from_json(const nlohmann::json& json, RowNorms& rows) { row_members(JsonReader(json), rows); }

void to_json(nlohmann::json& json, const UpdateFigures& figures) { figures_members(JsonWriter(json), figures); }
void from_json(const nlohmann::json& json, UpdateFigures& figures) { figures_members(JsonReader(json), figures); }

// Layers are counted from 0. A matrix outside of layers has neither stack nor layer.
void to_json(nlohmann::json& json, const MatrixUpdate& matrix) {
  matrix_members(JsonWriter(json), matrix);
  if (matrix.frozen) json["frozen"] = true;
  if (!matrix.layer) return;
  json["stack"] = enum_name(matrix.layer->stack);
  json["layer"] = matrix.layer->index;
}
void from_json(const nlohmann::json& json, MatrixUpdate& matrix) {
  matrix_members(JsonReader(json), matrix);
  matrix.frozen = json.contains("frozen") && json["frozen"] == true;
  if (json.contains("stack")) matrix.layer = layer_from(json);
}

void to_json(nlohmann::json& json, const WeightUpdates& updates) { updates_members(JsonWriter(json), updates); }
void from_json(const nlohmann::json& json, WeightUpdates& updates) { updates_members(JsonReader(json), updates); }

}  // namespace prenorm::probe
