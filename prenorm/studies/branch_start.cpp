#include "prenorm/studies/branch_start.h"

#include <nlohmann/json.hpp>

#include "prenorm/base/error.h"
#include "prenorm/base/json.h"
#include "prenorm/base/json_text.h"
#include "prenorm/files/copy_synced.h"
#include "prenorm/files/file.h"
#include "prenorm/files/file_system.h"
#include "prenorm/files/json_file.h"
#include "prenorm/runs/copy_checkpoint.h"

namespace prenorm::studies {
namespace fs = std::filesystem;
namespace {

template <class Fields, class T>
void start_members(Fields&& fields, T& s) {
  constexpr Range kPositive{1e-30, 1e15};
  fields.value("run", s.run);
  fields.value("weights", s.weights);
  fields.whole("step", s.step);
  fields.whole("target_tokens", s.target_tokens);
  fields.real("seconds", s.seconds, Range{0, 1e12});
  fields.whole("batches", s.batches, WholeRange{1, 1'000'000'000'000});
  fields.whole("batches_per_update", s.batches_per_update, WholeRange{1, 1'000'000});
  fields.real("learning_rate", s.learning_rate, kPositive);
  fields.real("tokens_per_batch", s.tokens_per_batch, kPositive);
}

}  // namespace

std::optional<BranchStart> read_branch_start(const StudyFolder& folder) {
  if (!is_there(folder.branches())) return std::nullopt;
  const nlohmann::json json = read_json(folder.branches());
  try {
    BranchStart start;
    start_members(JsonReader(json), start);
    if (json.contains("noise_scale")) start.noise = json["noise_scale"].get<CheckpointNoise>();
    return start;
  } catch (const JsonError& error) {
    throw_error<DataError>("{}: does not say where branches begin: {}; name another folder with --output",
                           folder.branches().string(), error.what());
  }
}

void write_branch_start(const StudyFolder& folder, const BranchStart& start) {
  nlohmann::json json;
  start_members(JsonWriter(json), start);
  if (start.noise) json["noise_scale"] = *start.noise;
  write_file_atomically(folder.branches(), json_text(json, 2) + "\n");
}

void begin_branch(const runs::RunFolder& run, const fs::path& checkpoint, std::int64_t run_seed,
                  const StudyFolder& folder, const Cell& cell) {
  const fs::path path = folder.cell(cell.name);
  AtomicDirectory whole(path);
  const runs::RunFolder branch(whole.path());
  branch.create(cell.config, run.tokenizers());
  const std::int64_t step = runs::load_state(checkpoint).step;
  runs::copy_checkpoint(checkpoint, branch.checkpoint(step), [&](runs::TrainerState& state) {
    state.best_step = state.validations_without_improvement = 0;  // of the branch alone
    state.on_schedule = true;
    if (cell.config.train.seed == run_seed) return;
    ++state.epoch;
    state.batch = 0;
  });
  if (is_there(run.metrics())) copy_synced(run.metrics(), branch.metrics());
  whole.commit();
}

}  // namespace prenorm::studies
