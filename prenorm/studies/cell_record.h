// The state and results of a cell of a study, read from its run folder.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prenorm/base/describe.h"
#include "prenorm/config/config.h"

namespace prenorm {
namespace studies {

enum class CellStatus : std::uint8_t { kFinished, kDiverged, kFailed, kRunning, kWaiting };

struct LossPoint {
  std::int64_t update;
  double loss_nats_per_token;
};

struct CellRecord {
  std::string name;
  Config config;
  CellStatus status = CellStatus::kWaiting;
  std::int64_t updates = 0;            // if the cell has ended
  std::vector<LossPoint> validations;  // ascending
  std::optional<double> final_loss;    // validation loss at the end, nats per token
  std::optional<double> final_nll;     // the same without label smoothing
  double unigram_nats = 0;             // the loss that target token frequencies give without it; 0 if unknown
  std::optional<double> bleu;          // at the end
  std::vector<std::pair<std::string, double>> scores;  // the task's other scores at the end by name, the main one first
  std::optional<double> seconds;                       // time spent on updates
  std::string problem;                                 // why it diverged or failed

  bool has_ended() const { return status == CellStatus::kFinished || status == CellStatus::kDiverged; }
  // nullopt if there is no such score.
  std::optional<double> score(std::string_view score_name) const;
  // The lowest loss of all validations.
  std::optional<double> best_loss() const;
  // Updates until the loss first reached `target`, interpolated linearly between validations; nullopt if it never did.
  std::optional<double> updates_to(double target_nats_per_token) const;
};

// `run` need not exist yet, in which case `planned` is the cell's configuration. The status is never kRunning. Errors:
// those of the files.
CellRecord read_cell(const std::string& name, const std::filesystem::path& run, const std::filesystem::path& log,
                     const Config& planned);

// The message of a log whose last line is "error: MESSAGE"; otherwise empty.
std::string last_error(const std::filesystem::path& log);

}  // namespace studies

template <>
struct EnumNames<studies::CellStatus> {
  static constexpr std::array<std::pair<studies::CellStatus, std::string_view>, 5> values{
      {{studies::CellStatus::kFinished, "finished"},
       {studies::CellStatus::kDiverged, "diverged"},
       {studies::CellStatus::kFailed, "failed"},
       {studies::CellStatus::kRunning, "running"},
       {studies::CellStatus::kWaiting, "waiting"}}};
};

}  // namespace prenorm
