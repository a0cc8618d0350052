#include "prenorm/studies/branch_study.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "prenorm/base/error.h"
#include "prenorm/config/write.h"
#include "prenorm/runs/checkpoint.h"
#include "prenorm/runs/read_checkpoint.h"
#include "prenorm/runs/results.h"
#include "prenorm/studies/branch_start.h"

namespace prenorm::studies {
namespace fs = std::filesystem;
namespace {

// By factor and seed.
using BranchCells = std::map<std::int64_t, std::map<std::int64_t, const CellRecord*>>;

BranchCells cells_by_factor(const BranchStart& start, const StudyTable& table) {
  BranchCells cells;
  for (const StudyRow& row : table.rows)
    if (row.cell.name.starts_with("factor="))
      cells[row.cell.config.batch.accumulate / start.batches_per_update][row.cell.config.train.seed] = &row.cell;
  return cells;
}

// Loss, tokens and time are those of finished branches.
BranchRow row_of(const BranchStart& start, const StudyFolder& folder, std::int64_t factor,
                 const std::map<std::int64_t, const CellRecord*>& cells) {
  const Config& config = cells.begin()->second->config;
  BranchRow row{.factor = factor,
                .batches = config.batch.accumulate,
                .updates = start.batches / config.batch.accumulate,
                .learning_rate = config.optim.lr};
  for (const auto& [seed, cell] : cells) {
    row.diverged += cell->status == CellStatus::kDiverged ? 1 : 0;
    if (cell->status != CellStatus::kFinished || !cell->final_loss) continue;
    const double loss = *cell->final_loss;
    row.loss.lowest = row.finished == 0 ? loss : std::min(row.loss.lowest, loss);
    row.loss.highest = row.finished == 0 ? loss : std::max(row.loss.highest, loss);
    row.loss.mean += loss;
    const runs::TrainerState end = runs::read_results(runs::RunFolder(folder.cell(cell->name)).results()).state;
    row.target_tokens += static_cast<double>(end.target_tokens - start.target_tokens);
    row.seconds += end.seconds - start.seconds;
    ++row.finished;
  }
  row.loss.n = row.finished;
  const auto n = static_cast<double>(std::max<std::int64_t>(1, row.finished));
  for (double* sum : {&row.loss.mean, &row.target_tokens, &row.seconds}) *sum /= n;
  return row;
}

BranchLosses losses_of(double factor, const std::map<std::int64_t, const CellRecord*>& cells,
                       const std::map<std::int64_t, const CellRecord*>& smallest) {
  BranchLosses losses{factor, {}};
  for (const auto& [seed, cell] : cells) {
    const auto other = smallest.find(seed);
    if (!cell->has_ended() || other == smallest.end() || other->second->status != CellStatus::kFinished) continue;
    const bool diverged = cell->status == CellStatus::kDiverged || !cell->final_loss;
    losses.difference.push_back(diverged ? std::numeric_limits<double>::infinity()
                                         : *cell->final_loss - other->second->final_loss.value_or(NAN));
  }
  return losses;
}

void choose_tolerance(BranchStudy& result, const std::map<std::int64_t, const CellRecord*>& smallest,
                      std::optional<double> given) {
  std::vector<double> losses;
  for (const auto& [seed, cell] : smallest)
    if (cell->status == CellStatus::kFinished && cell->final_loss) losses.push_back(*cell->final_loss);
  result.tolerance_is_spread = !given;
  result.tolerance = given;
  if (!given && losses.size() > 1) result.tolerance = standard_deviation(losses);
}

BranchStudy gather(const BranchStart& start, const StudyFolder& folder, const StudyTable& table,
                   std::optional<double> tolerance) {
  BranchStudy result{.start = start, .rows = {}};
  const BranchCells cells = cells_by_factor(start, table);
  if (cells.empty()) return result;
  const auto& smallest = cells.begin()->second;
  choose_tolerance(result, smallest, tolerance);
  std::vector<BranchLosses> losses;
  for (const auto& [factor, of_factor] : cells) {
    BranchRow& row = result.rows.emplace_back(row_of(start, folder, factor, of_factor));
    losses.push_back(losses_of(static_cast<double>(factor), of_factor, smallest));
    if (!losses.back().difference.empty()) row.difference = mean_difference(losses.back());
  }
  const bool complete =
      std::all_of(result.rows.begin(), result.rows.end(), [](const auto& r) { return r.difference.has_value(); });
  if (complete && result.tolerance) result.critical = critical_batch(losses, *result.tolerance);
  return result;
}

// The start that the folder has, if it has one, else the one wanted. Branches of one folder are compared, so they begin
// alike and have the same length.
BranchStart agreed_start(const std::optional<BranchStart>& there, BranchStart wanted, const BranchOptions& options,
                         const fs::path& folder) {
  if (!there) {
    wanted.batches = batches_of_branches(options, wanted);
    return wanted;
  }
  if (there->weights != wanted.weights || there->step != wanted.step)
    throw_error<UsageError>(
        "{}: has branches from update {} of {}; name that checkpoint, or another folder with --output", folder.string(),
        there->step, there->run);
  const auto tokens = std::llround(static_cast<double>(there->batches) * there->tokens_per_batch);
  if (options.tokens && batches_of_branches(options, *there) != there->batches)
    throw_error<UsageError>(
        "{}: has branches of about {} tokens; leave out --tokens, or name another folder with "
        "--output",
        folder.string(), tokens);
  for (const std::int64_t factor : options.factors)
    if (there->batches % (there->batches_per_update * factor) != 0)
      throw_error<UsageError>(
          "{}: has branches of {} batches, which are not whole updates of factor {}; name another folder with --output",
          folder.string(), there->batches, factor);
  return *there;
}

}  // namespace

double BranchStudy::update_tokens(double factor) const {
  return factor * static_cast<double>(start.batches_per_update) * start.tokens_per_batch;
}

BranchStudy study_branches(const runs::RunFolder& run, const BranchOptions& branches, std::optional<double> tolerance,
                           const std::vector<std::string>& overrides, const StudyOptions& options) {
  const StudyFolder folder(options.folder);
  const std::optional<BranchStart> there = read_branch_start(folder);
  const std::string last = there ? fmt::format("{}", there->step) : std::string("last");
  const std::string which = branches.checkpoint.empty() ? last : branches.checkpoint;
  const LoadedConfig config = load_run_config(run.path(), overrides);
  BranchStart start = runs::read_checkpoint(run, which, [&](const fs::path& checkpoint) {
    const nlohmann::json origin = runs::read_origin(checkpoint);
    if (!origin.contains("step"))
      throw_error<UsageError>(
          "{}: has weights alone, no optimizer to continue with; name the number of an update with "
          "--checkpoint",
          checkpoint.string());
    BranchStart wanted = branch_start(run, config.config, runs::load_state(checkpoint));
    wanted.weights = origin.at("xxh3_128").at("model.safetensors").get<std::string>();
    return wanted;
  });
  start = agreed_start(there, std::move(start), branches, folder.path());
  const LoadedConfig base = study_base(branch_base(run, config, start));
  std::vector<Cell> cells;
  for (Branch& branch : branches_of(branches, start, base)) cells.push_back(std::move(branch.cell));
  StudyOptions mine = options;
  mine.begin = [&](const StudyFolder& study, const Cell& cell) {
    write_branch_start(study, start);
    runs::read_checkpoint(run, fmt::format("{}", start.step), [&](const fs::path& checkpoint) {
      begin_branch(run, checkpoint, base.config.train.seed, study, cell);
      return true;
    });
  };
  StudyOutcome outcome = run_cells(base, {"batch.accumulate", "optim.lr", "train.seed"}, std::move(cells), mine);
  BranchStudy result = gather(start, folder, outcome.table, tolerance);
  result.study = std::move(outcome);
  return result;
}

std::optional<BranchStudy> read_branches(const StudyFolder& folder, const StudyTable& table,
                                         std::optional<double> tolerance) {
  const std::optional<BranchStart> start = read_branch_start(folder);
  return start ? std::optional(gather(*start, folder, table, tolerance)) : std::nullopt;
}

}  // namespace prenorm::studies
