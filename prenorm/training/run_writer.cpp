#include "prenorm/training/run_writer.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "prenorm/base/error.h"
#include "prenorm/files/file_system.h"
#include "prenorm/machine/terminal.h"
#include "prenorm/training/decisions.h"

namespace prenorm::training {

RunWriter::RunWriter(const Config& config, runs::RunFolder folder) : config_(config), folder_(std::move(folder)) {}

void RunWriter::catch_up(const runs::TrainerState& state) const {
  folder_.link_last(state.step);
  folder_.link_best(state.best_step);
  remove_old_checkpoints(state);
}

void RunWriter::remove_old_checkpoints(const runs::TrainerState& state) const {
  folder_.remove_old_checkpoints(state.step, state.best_step > 0 ? state.best_step : -1,
                                 checkpoints_kept(config_.train));
}

void RunWriter::start(const runs::TrainerState& state, bool continues) {
  log_.emplace(config_, folder_, state);
  log_->warn_of_lost_lines(state);
  // Left by a process that was killed before its first checkpoint, and perhaps by other weights to start from.
  if (folder_.steps().empty()) remove_file(folder_.frozen());
  if (continues) {
    remove_file(folder_.results());
    runs::RunFolder::remove_checkpoint(folder_.average());
  }
  // If the state has no fault, the diagnosis is about one that this run, resumed from before it, has not reached yet.
  if (state.faults > 0) return;
  for (const auto& file : {folder_.diagnosis(), folder_.diagnosis_page()}) remove_file(file);
}

// The log is synced first, so that after a power cut it has all lines up to the newest checkpoint.
void RunWriter::checkpoint(const nn::Parameters& parameters, const optim::Optimizer& optimizer,
                           const runs::TrainerState& state, bool best) {
  log_->sync();
  save_checkpoint(folder_.checkpoint(state.step), parameters, optimizer, state);
  folder_.link_last(state.step);
  if (best) folder_.link_best(state.step);
  remove_old_checkpoints(state);
}

// Later checkpoints were written when the run was stopped. After the rollback they belong to no run.
void RunWriter::go_back_to(std::int64_t step) {
  for (const std::int64_t later : folder_.steps())
    if (later > step) runs::RunFolder::remove_checkpoint(folder_.checkpoint(later));
  folder_.link_last(step);
  log_->rewind(step);
}

void RunWriter::average(std::int64_t count, nn::Parameters& parameters) const {
  const std::vector<std::int64_t> steps = folder_.steps();
  std::vector<std::filesystem::path> checkpoints;
  for (std::int64_t i = std::max<std::int64_t>(0, std::ssize(steps) - count); i < std::ssize(steps); ++i)
    checkpoints.push_back(folder_.checkpoint(steps[static_cast<std::size_t>(i)]));
  runs::average_checkpoints(folder_.average(), checkpoints, parameters);
}

diagnosis::Diagnosis RunWriter::diagnose(const runs::TrainerState& state, const std::vector<nn::Parameter>& parameters,
                                         diagnosis::FaultEvidence fault) const {
  diagnosis::Evidence evidence = diagnosis::read_log(folder_.metrics());
  evidence.config = config_;
  evidence.state = state;
  for (const nn::Parameter& p : parameters) evidence.parameters.push_back({p.name, p.value.dim() > 1});
  evidence.fault = std::move(fault);
  diagnosis::Diagnosis diagnosis = diagnosis::diagnose(evidence);
  try {
    write_diagnosis(folder_, diagnosis);
  } catch (const FileError& error) {
    warn(error.what());
  }
  return diagnosis;
}

void RunWriter::results(const runs::TrainingResult& result) {
  log_->sync();
  write_results(folder_.results(), result);
}

}  // namespace prenorm::training
