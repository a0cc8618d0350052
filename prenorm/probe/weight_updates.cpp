#include "prenorm/probe/weight_updates.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <fmt/format.h>

#include <algorithm>

#include "prenorm/app/pretrained.h"
#include "prenorm/app/trained_task.h"
#include "prenorm/base/error.h"
#include "prenorm/machine/terminal.h"
#include "prenorm/nn/initialization.h"
#include "prenorm/optim/gradient_norm.h"
#include "prenorm/probe/probe_text.h"

namespace prenorm::probe {
namespace {

UpdateFigures random_figures(std::int64_t rows, std::int64_t columns) {
  at::Tensor matrix = at::empty({rows, columns});
  nn::normal(1)(matrix, RandomStream(mix_key({name_key("random update"), static_cast<std::uint64_t>(rows),
                                              static_cast<std::uint64_t>(columns)})));
  return update_figures(matrix);
}

auto of_shape(const UpdateFigures& figures) {
  return [&](const UpdateFigures& other) { return other.rows == figures.rows && other.columns == figures.columns; };
}

std::string start_of(const Config& config) {
  return config.train.pretrained.empty() ? fmt::format("seed {}", config.train.seed)
                                         : app::pretrained_run(config).checkpoint.string();
}

}  // namespace

WeightUpdates probe_updates(const runs::RunFolder& run, const std::string& which) {
  const app::TrainedFrom from = app::trained_from(run, which);
  WeightUpdates updates{name_of(model_of_task(from.config)), from.checkpoint.string(), start_of(from.config), {}, {}};
  const std::vector<nn::WeightMatrix> trained = nn::weight_matrices(from.task->parameters());
  Progress progress("singular values", std::ssize(trained));
  for (std::size_t i = 0; i < trained.size(); ++i) {
    const nn::WeightMatrix& initial = from.initial[i];
    const double start = optim::l2_norm(initial.value);
    const bool trains = from.parts.trains(initial.parameter) || from.parts.adapts(initial.parameter);
    const UpdateFigures figures = update_figures(trained[i].value.to(at::kDouble) - initial.value.to(at::kDouble));
    updates.matrices.push_back({initial.layer, initial.kind, start > 0 ? figures.norm / start : 0, figures, !trains});
    if (std::none_of(updates.random.begin(), updates.random.end(), of_shape(figures)))
      updates.random.push_back(random_figures(figures.rows, figures.columns));
    progress.update(static_cast<std::int64_t>(i) + 1, initial.name());
  }
  return updates;
}

const UpdateFigures& random_beside(const WeightUpdates& updates, const UpdateFigures& figures) {
  const auto found = std::find_if(updates.random.begin(), updates.random.end(), of_shape(figures));
  if (found == updates.random.end())
    throw_error<DataError>("there is no random matrix of shape {} x {}", figures.rows, figures.columns);
  return *found;
}

}  // namespace prenorm::probe
