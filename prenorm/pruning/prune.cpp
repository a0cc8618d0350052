#include "prenorm/pruning/prune.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "prenorm/app/make_task.h"
#include "prenorm/app/setup.h"
#include "prenorm/app/trained_task.h"
#include "prenorm/base/error.h"
#include "prenorm/files/file.h"
#include "prenorm/files/file_system.h"
#include "prenorm/machine/terminal.h"
#include "prenorm/pruning/truncation.h"
#include "prenorm/runs/checkpoint.h"
#include "prenorm/runs/results.h"

namespace prenorm::pruning {
namespace {

using app::TrainedTask;

void check_options(const PruneOptions& options) {
  if (options.rows && options.rank) throw_error<UsageError>("--rows and --rank: give one of them");
  if (!options.rows && !options.rank) throw_error<UsageError>("nothing to prune: give --rows SHARE or --rank K");
  if (options.rank && (options.by || options.seed))
    throw_error<UsageError>("--by and --seed choose neurons, so they need --rows");
  if (options.seed && options.by != NeuronChoice::kRandom) throw_error<UsageError>("--seed needs --by random");
  if (options.rows && !(*options.rows > 0 && *options.rows < 1))
    throw_error<UsageError>("--rows {}: expected a share between 0 and 1", *options.rows);
  if (options.rank && *options.rank < 1) throw_error<UsageError>("--rank {}: expected 1 or more", *options.rank);
}

std::optional<runs::Validation> validation_of(updates::Task& task) {
  if (!task.has_validation()) return std::nullopt;
  return task.validate(/*with_output=*/true);
}

void write_run(const runs::RunFolder& output, const Config& config, const runs::Tokenizers& tokenizers,
               updates::Task& task, const nlohmann::json& origin) {
  AtomicDirectory made(output.path());
  const runs::RunFolder inside(made.path());
  inside.create(config, tokenizers);
  task.write_files(inside);
  runs::save_weights(inside.checkpoint(0), task.parameters(), origin);
  inside.link_last(0);
  inside.link_best(0);
  made.commit();
}

nlohmann::json origin_of(const TrainedTask& from, const std::string& what) {
  return {{"pruned_from", absolute_path(from.checkpoint).string()}, {"pruned", what}};
}

std::int64_t neurons_to_remove(std::int64_t d_ff, double share) {
  const std::int64_t removed = std::llround(share * static_cast<double>(d_ff));
  if (removed == 0 || removed == d_ff)
    throw_error<UsageError>("--rows {}: is {} of the {} neurons of a layer; at least one must go and one must stay",
                            share, removed, d_ff);
  return removed;
}

Pruned prune_neurons(const runs::RunFolder& run, const runs::RunFolder& output, const PruneOptions& options) {
  const TrainedTask from = app::trained_task(run, options.checkpoint);
  const NeuronChoice by = options.by.value_or(NeuronChoice::kMagnitude);
  Config config = from.config;
  const std::int64_t d_ff = config.model.d_ff, removed = neurons_to_remove(d_ff, *options.rows);
  config.model.d_ff = d_ff - removed;
  const runs::Tokenizers tokenizers = run.tokenizers();
  const auto task = app::make_task(config, tokenizers, app::prepared_dir(config, run));
  copy_kept_neurons(from.task->parameters(), task->parameters(), by,
                    options.seed.value_or(static_cast<std::uint64_t>(config.train.seed)));
  Pruned pruned{from.checkpoint,
                fmt::format("{} of {} neurons of each layer removed {}", removed, d_ff,
                            by == NeuronChoice::kRandom ? "at random" : "by magnitude"),
                d_ff,
                config.model.d_ff,
                from.task->parameters().count(),
                task->parameters().count(),
                std::nullopt,
                validation_of(*from.task),
                validation_of(*task)};
  nlohmann::json origin = origin_of(from, pruned.what);
  origin["neurons_removed"] = removed;
  write_run(output, config, tokenizers, *task, origin);
  return pruned;
}

// Errors: UsageError if the run trained none of the matrices that a truncation changes.
void check_has_updates(const runs::RunFolder& run, const app::TrainedFrom& from,
                       const std::vector<nn::WeightMatrix>& matrices) {
  const bool trains = std::ranges::any_of(matrices, [&](const nn::WeightMatrix& m) {
    return m.layer && (from.parts.trains(m.parameter) || from.parts.adapts(m.parameter));
  });
  if (!trains)
    throw_error<UsageError>(
        "{}: its training has not changed any matrix of its layers (see train.trainable), so there is no update to "
        "truncate; --rows removes neurons",
        run.path().string());
}

Pruned truncate_to_rank(const runs::RunFolder& run, const runs::RunFolder& output, const PruneOptions& options) {
  const app::TrainedFrom from = app::trained_from(run, options.checkpoint);
  const std::vector<nn::WeightMatrix> trained = nn::weight_matrices(from.task->parameters());
  if (const std::int64_t largest = largest_rank(trained); *options.rank >= largest)
    throw_error<UsageError>("--rank {}: the matrices of the layers have rank {} at most, so nothing would change",
                            *options.rank, largest);
  check_has_updates(run, from, trained);
  const std::optional<runs::Validation> before = validation_of(*from.task);
  const Truncation truncation = truncate_updates(from.initial, trained, *options.rank);
  const std::int64_t d_ff = from.config.model.d_ff, parameters = from.task->parameters().count();
  Pruned pruned{from.checkpoint,
                fmt::format("the updates of {} matrices truncated to rank {}", truncation.matrices, *options.rank),
                d_ff,
                d_ff,
                parameters,
                parameters,
                truncation.energy_kept,
                before,
                validation_of(*from.task)};
  write_run(output, from.config, run.tokenizers(), *from.task, origin_of(from, pruned.what));
  return pruned;
}

std::string validation_text(const std::optional<runs::Validation>& validation) {
  return validation ? summary(*validation) : "no validation text";
}

nlohmann::ordered_json validation_json(const std::optional<runs::Validation>& validation) {
  return validation ? to_json(*validation) : nlohmann::ordered_json();
}

}  // namespace

Pruned prune(const runs::RunFolder& run, const runs::RunFolder& output, const PruneOptions& options) {
  check_options(options);
  output.check_unused();
  return options.rows ? prune_neurons(run, output, options) : truncate_to_rank(run, output, options);
}

std::string report_of(const Pruned& pruned) {
  std::string out = fmt::format("{}: {}\n", pruned.checkpoint.string(), pruned.what);
  if (pruned.energy_kept)
    out += fmt::format("energy     {:.2f} % of the updates kept\n", 100 * *pruned.energy_kept);
  else
    out += fmt::format("parameters {} instead of {}\n", format_count(pruned.parameters_after),
                       format_count(pruned.parameters_before));
  return out +
         fmt::format("before     {}\nafter      {}\n", validation_text(pruned.before), validation_text(pruned.after));
}

nlohmann::ordered_json to_json(const Pruned& pruned) {
  nlohmann::ordered_json json{{"checkpoint", pruned.checkpoint.string()},
                              {"what", pruned.what},
                              {"d_ff_before", pruned.d_ff_before},
                              {"d_ff_after", pruned.d_ff_after},
                              {"parameters_before", pruned.parameters_before},
                              {"parameters_after", pruned.parameters_after}};
  if (pruned.energy_kept) json["update_energy_kept"] = *pruned.energy_kept;
  json["before"] = validation_json(pruned.before);
  json["after"] = validation_json(pruned.after);
  return json;
}

}  // namespace prenorm::pruning
