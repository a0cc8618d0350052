#include "prenorm/studies/cell_record.h"

#include <algorithm>
#include <cmath>

#include "prenorm/config/load.h"
#include "prenorm/files/file.h"
#include "prenorm/files/file_system.h"
#include "prenorm/runs/metrics_log.h"
#include "prenorm/runs/results.h"
#include "prenorm/runs/run_folder.h"

namespace prenorm::studies {
namespace fs = std::filesystem;
namespace {

std::vector<LossPoint> validations_of(const fs::path& metrics) {
  std::vector<LossPoint> points;
  runs::read_metrics(metrics, [&](const runs::MetricsLine& line) {
    const auto* read = std::get_if<runs::ValidationLine>(&line);
    if (read == nullptr || !std::isfinite(read->validation.loss_nats_per_token)) return;
    // A second line of the same update is the one with BLEU at the end.
    if (points.empty() || points.back().update != read->step)
      points.push_back({read->step, read->validation.loss_nats_per_token});
  });
  return points;
}

}  // namespace

std::optional<double> CellRecord::score(std::string_view score_name) const {
  for (const auto& [known, value] : scores)
    if (known == score_name) return value;
  return std::nullopt;
}

std::optional<double> CellRecord::best_loss() const {
  const auto best = std::min_element(
      validations.begin(), validations.end(),
      [](const LossPoint& a, const LossPoint& b) { return a.loss_nats_per_token < b.loss_nats_per_token; });
  return best == validations.end() ? std::nullopt : std::optional(best->loss_nats_per_token);
}

std::optional<double> CellRecord::updates_to(double target) const {
  const LossPoint* before = nullptr;
  for (const LossPoint& point : validations) {
    if (point.loss_nats_per_token > target) {
      before = &point;
      continue;
    }
    const auto at = static_cast<double>(point.update);
    if (before == nullptr) return at;  // existed already when first read
    const double share =
        (before->loss_nats_per_token - target) / (before->loss_nats_per_token - point.loss_nats_per_token);
    return static_cast<double>(before->update) + share * (at - static_cast<double>(before->update));
  }
  return std::nullopt;
}

CellRecord read_cell(const std::string& name, const fs::path& run, const fs::path& log, const Config& planned) {
  const runs::RunFolder folder(run);
  CellRecord record;
  record.name = name;
  record.config = folder.exists() ? load_run_config(run).config : planned;
  record.validations = validations_of(folder.metrics());
  if (!is_there(folder.results())) {
    record.problem = last_error(log);
    record.status = record.problem.empty() ? CellStatus::kWaiting : CellStatus::kFailed;
    return record;
  }
  const runs::TrainingResult result = runs::read_results(folder.results());
  const bool diverged = result.reason == runs::StopReason::kDivergence;
  record.status = diverged ? CellStatus::kDiverged : CellStatus::kFinished;
  record.updates = result.state.step;
  record.seconds = result.state.seconds;
  record.problem = result.diverged_because;
  record.unigram_nats = result.state.unigram_nats;
  if (result.last_validation) {
    record.final_loss = result.last_validation->loss_nats_per_token;
    record.final_nll = result.last_validation->nll_nats_per_token;
    record.bleu = result.last_validation->bleu;
    record.scores = result.last_validation->scores;
  }
  return record;
}

std::string last_error(const fs::path& log) {
  constexpr std::string_view kStart = "error: ";
  if (!is_there(log)) return {};
  std::string text = read_file(log);
  while (text.ends_with('\n')) text.pop_back();
  const std::string line = text.substr(text.rfind('\n') + 1);
  return line.starts_with(kStart) ? line.substr(kStart.size()) : std::string();
}

}  // namespace prenorm::studies
