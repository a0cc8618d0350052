#include "prenorm/papers/noise_scale/training_study.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <span>

#include "prenorm/base/json_number.h"
#include "prenorm/papers/json.h"

namespace prenorm::papers::noise_scale {
namespace {

constexpr std::int64_t kFrozenSizes[] = {16, 32, 64, 128};  // sequences of an update

// Every size sees the same sequences.
std::vector<FrozenEstimate> measure_frozen(CharacterRun& run, const CharacterRun::State& trained, const Model& model,
                                           const Setting& setting) {
  std::vector<FrozenEstimate> estimates;
  for (const std::int64_t size : kFrozenSizes) {
    run.restore(trained);
    run.set_batches(size / model.batch_sequences);
    const std::vector<Moments> updates = run.measure(setting.frozen_sequences / size).total();
    estimates.push_back({static_cast<double>(size), ratio_of_means(updates)});
  }
  return estimates;
}

std::vector<Branch> train_branches(CharacterRun& run, const CharacterRun::State& trained, const Model& model,
                                   const Setting& setting) {
  std::vector<Branch> branches = {{"unchanged", 1, 1, 0},
                                  {"a quarter of the rate", 0.25, 1, 0},
                                  {"a quarter of the batch", 1, 0.25, 0},
                                  {"four times the batch", 1, 4, 0}};
  for (Branch& branch : branches) {
    run.restore(trained);
    run.set_rate(model.rate * branch.rate_factor);
    run.set_batches(std::lround(static_cast<double>(model.batches) * branch.batch_factor));
    const std::vector<Moments> updates = run.train(setting.branch_tokens).total();
    branch.noise_scale = ratio_of_means(std::span(updates).subspan(updates.size() / 2)).value;
  }
  return branches;
}

TrainedModel train_model(const Model& model, const Setting& setting, const real_data::Characters& text) {
  CharacterRun run(model, text);
  TrainedModel trained{model, run.train(setting.training_tokens), {}, {}};
  const CharacterRun::State state = run.state();
  trained.frozen = measure_frozen(run, state, model, setting);
  if (model.placement == NormPlacement::kPreLn) trained.branches = train_branches(run, state, model, setting);
  return trained;
}

nlohmann::json cell_json(const TrainedModel& trained) {
  nlohmann::json json = {
      {"series", to_json(trained.series)}, {"frozen", nlohmann::json::array()}, {"branches", nlohmann::json::array()}};
  for (const FrozenEstimate& e : trained.frozen)
    json["frozen"].push_back(
        nlohmann::json(numbers_to_json({e.sequences, e.noise_scale.value, e.noise_scale.standard_error})));
  for (const Branch& b : trained.branches)
    json["branches"].push_back(nlohmann::json{{"name", b.name},
                                              {"rate_factor", b.rate_factor},
                                              {"batch_factor", b.batch_factor},
                                              {"noise_scale", nlohmann::json(json_number(b.noise_scale))}});
  return json;
}

TrainedModel cell_from_json(const Model& model, const nlohmann::json& json) {
  TrainedModel trained{model, series_from_json(field<nlohmann::json>(json, "series")), {}, {}};
  for (const nlohmann::json& e : json.at("frozen"))
    trained.frozen.push_back({number_from_json(e.at(0), "frozen"),
                              {number_from_json(e.at(1), "frozen"), number_from_json(e.at(2), "frozen")}});
  for (const nlohmann::json& b : json.at("branches"))
    trained.branches.push_back({field<std::string>(b, "name"), number_field(b, "rate_factor"),
                                number_field(b, "batch_factor"), number_field(b, "noise_scale")});
  return trained;
}

}  // namespace

std::vector<TrainedModel> study_training(const Setting& setting, const real_data::Characters& text,
                                         const Cells& cells) {
  std::vector<Model> models;
  std::vector<std::string> names;
  for (const NormPlacement placement : {NormPlacement::kPreLn, NormPlacement::kPostLn})
    for (std::int64_t seed = 1; seed <= setting.seeds; ++seed) {
      models.push_back({.placement = placement, .seed = static_cast<std::uint64_t>(seed)});
      names.push_back(fmt::format("training: {}, {} and {} tokens, {} sequences", models.back().name(),
                                  setting.training_tokens, setting.branch_tokens, setting.frozen_sequences));
    }
  const auto values = cells.get_all("training", names, CellThreads::kOneEach,
                                    [&](std::size_t i) { return cell_json(train_model(models[i], setting, text)); });
  std::vector<TrainedModel> trained;
  for (std::size_t i = 0; i < models.size(); ++i) trained.push_back(cell_from_json(models[i], values[i]));
  return trained;
}

}  // namespace prenorm::papers::noise_scale
