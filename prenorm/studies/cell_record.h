// What a cell of a study has come to, read from its run folder.
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
  std::int64_t updates = 0;            // of a cell that has ended
  std::vector<LossPoint> validations;  // ascending
  std::optional<double> final_loss;    // validation loss at the end, nats per token
  std::optional<double> final_nll;     // the same without label smoothing
  double unigram_nats = 0;             // what target token frequencies give without it; 0 where it is not known
  std::optional<double> bleu;          // at the end
  std::vector<std::pair<std::string, double>> scores;  // the task's others at the end, by name, what it goes by first
  std::optional<double> seconds;                       // spent on updates
  std::string problem;                                 // why it diverged or failed

  bool has_ended() const { return status == CellStatus::kFinished || status == CellStatus::kDiverged; }
  // Nothing where it has no such one.
  std::optional<double> score(std::string_view score_name) const;
  // Lowest of the validations.
  std::optional<double> best_loss() const;
  // Updates after which the loss first was `target`, on straight lines between validations; nothing where it never was.
  std::optional<double> updates_to(double target_nats_per_token) const;
};

// `run` need not exist yet: `planned` then is the cell's configuration. Never kRunning. Errors: those of the files.
CellRecord read_cell(const std::string& name, const std::filesystem::path& run, const std::filesystem::path& log,
                     const Config& planned);

// The message of a log whose last line is "error: MESSAGE"; else empty.
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
