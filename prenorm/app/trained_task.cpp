#include "prenorm/app/trained_task.h"

#include <nlohmann/json.hpp>

#include "prenorm/app/make_task.h"
#include "prenorm/app/setup.h"
#include "prenorm/base/error.h"
#include "prenorm/config/load.h"
#include "prenorm/config/validate.h"
#include "prenorm/runs/checkpoint.h"
#include "prenorm/runs/read_checkpoint.h"

namespace prenorm::app {
namespace {

Config valid_config(const runs::RunFolder& run, const std::string& which) {
  run.find_checkpoint(which);  // before anything is created
  Config config = load_run_config(run.path()).config;
  validate(config);
  return config;
}

// Runs that no training made, or that have another shape than the model that was trained.
void check_start_is_known(const runs::RunFolder& run, const std::string& which) {
  const nlohmann::json origin = runs::read_checkpoint(run, which, runs::read_origin);
  for (const auto& [key, what] : {std::pair{"imported_from", "was imported"}, {"neurons_removed", "has been pruned"}})
    if (origin.contains(key))
      throw_error<UsageError>(
          "{}: {}, so the weights that its training began with are not known; name a run that "
          "`prenorm train` made",
          run.path().string(), what);
}

}  // namespace

TrainedTask trained_task(const runs::RunFolder& run, const std::string& which) {
  Config config = valid_config(run, which);
  config.train.pretrained.clear();  // the checkpoint has all weights
  nn::train_everything(config);
  auto task = make_task(config, run.tokenizers(), prepared_dir(config, run));
  const std::filesystem::path checkpoint = runs::load_weights(run, which, task->parameters());
  return {std::move(config), std::move(task), checkpoint};
}

TrainedFrom trained_from(const runs::RunFolder& run, const std::string& which) {
  Config config = valid_config(run, which);
  check_start_is_known(run, which);
  const nn::TrainedParts parts = nn::trained_parts(config);
  nn::train_everything(config);
  auto task = make_task(config, run.tokenizers(), prepared_dir(config, run));
  std::vector<nn::WeightMatrix> initial = nn::weight_matrices(task->parameters());
  for (nn::WeightMatrix& matrix : initial) matrix.value = matrix.value.clone();
  const std::filesystem::path checkpoint = runs::load_weights(run, which, task->parameters());
  return {{std::move(config), std::move(task), checkpoint}, std::move(initial), parts};
}

}  // namespace prenorm::app
