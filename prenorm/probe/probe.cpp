#include "prenorm/probe/probe.h"

#include <fmt/format.h>

#include "prenorm/app/trained_task.h"
#include "prenorm/base/error.h"
#include "prenorm/machine/terminal.h"
#include "prenorm/probe/probe_text.h"
#include "prenorm/probe/simplified_setting.h"

namespace prenorm::probe {
namespace {

template <class T>
std::vector<T> or_own(const std::vector<T>& asked, T own) {
  return asked.empty() ? std::vector<T>{own} : asked;
}

ModelConfig resized(ModelConfig model, std::int64_t depth, std::int64_t width) {
  if (depth > 0) {
    if (model.encoder_layers > 0) model.encoder_layers = depth;
    if (model.decoder_layers > 0) model.decoder_layers = depth;
  }
  model.d_ff = std::max<std::int64_t>(1, model.d_ff * width / model.d_model);
  model.d_model = width;
  return model;
}

std::vector<ModelConfig> models_of(const Config& config, const ProbeOptions& o) {
  std::vector<ModelConfig> models;
  for (const NormPlacement placement : or_own(o.placements, config.model.norm_placement))
    for (const std::int64_t width : or_own(o.widths, config.model.d_model))
      for (const std::int64_t depth : or_own(o.depths, std::int64_t{0})) {
        ModelConfig model = resized(model_of_task(config), depth, width);
        model.norm_placement = placement;
        if (o.simplified) {
          model = model_config(
              {.placement = placement, .layers = depth > 0 ? depth : output_layers(model), .d_model = width});
        } else if (width % model.num_heads != 0) {
          throw_error<UsageError>("a model of width {} cannot have {} heads; set model.num_heads to a divisor", width,
                                  model.num_heads);
        }
        models.push_back(model);
      }
  return models;
}

Measurement measure_simplified(const ModelConfig& model, const ProbeOptions& o, std::int64_t seed) {
  return measure(SimplifiedSetting{.placement = model.norm_placement,
                                   .layers = model.encoder_layers,
                                   .d_model = model.d_model,
                                   .sequences = o.batches,
                                   .seed = static_cast<std::uint64_t>(seed)});
}

}  // namespace

Probe probe(const Config& config, const ProbeOptions& o, const TaskBuilder& build) {
  Probe result{{}, o.batches, o.simplified, "at initialisation"};
  const std::vector<ModelConfig> models = models_of(config, o);
  Progress progress("measuring", std::ssize(models) * o.seeds);
  std::int64_t done = 0;
  for (const ModelConfig& model : models) {
    ProbedModel& probed = result.models.emplace_back(ProbedModel{model, {}, false});
    for (std::int64_t i = 0; i < o.seeds; ++i) {
      Config mine = config;
      nn::train_everything(mine);
      mine.model = model;
      mine.train.seed = config.train.seed + i;
      probed.seeds.push_back(o.simplified ? measure_simplified(model, o, mine.train.seed)
                                          : measure(*build(mine), config.runtime, o.batches));
      progress.update(++done, name_of(model));
    }
  }
  return result;
}

Probe probe_checkpoint(const runs::RunFolder& run, const std::string& which, std::int64_t batches) {
  const app::TrainedTask trained = app::trained_task(run, which);
  return {{{model_of_task(trained.config),
            {measure(*trained.task, trained.config.runtime, batches)},
            /*trained=*/true}},
          batches,
          false,
          "checkpoint " + trained.checkpoint.string()};
}

}  // namespace prenorm::probe
