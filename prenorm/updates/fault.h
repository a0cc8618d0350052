// Faults: what can be wrong with an update, detected before it is applied.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prenorm/base/describe.h"
#include "prenorm/config/train_config.h"
#include "prenorm/runs/update_history.h"
#include "prenorm/updates/update.h"

namespace prenorm::updates {

enum class FaultKind : std::uint8_t {
  kLossNotFinite,
  kGradientNotFinite,
  kLossTooLarge,     // over kTimesAGuess times Task::guess_nats()
  kLossSpike,        // over train.spike_ratio times the median loss of the history
  kGradientSpike,    // over train.spike_ratio times the median gradient norm of the history
  kLossRatio,        // median of the last kLossesToJudge losses over train.diverged_loss_ratio times that of update 1
  kWeightNotFinite,  // detected after the update was made
  kValidationNotFinite,  // the loss of a validation
};

// A loss 300 times that of a guess is a fault, since a diverging loss may stay finite for long. Weights that start far
// too large can give a hundred times the loss of a guess and still learn.
inline constexpr double kTimesAGuess = 300;
// No healthy activation is this large: layer norms keep states near 1, and sums of a thousand branches stay below 100.
inline constexpr double kLargestActivation = 1e4;

enum class FaultAction : std::uint8_t { kStop, kSkip, kRollback };

struct Fault {
  FaultKind kind;
  Update update;         // the update at fault
  double usual = 0;      // the median that the loss or the gradient norm is compared with, if it is
  std::string what{};    // one clause: "gradient of embedding.weight is not finite"
  BadTensor bad{};       // set by examine()
  std::string origin{};  // the lines of the batch

  // False for a validation, and if no update has been made since the start: only the weights are at fault.
  bool has_batch() const { return !update.batches.empty() && kind != FaultKind::kValidationNotFinite; }
};

// A batch that was fine in training, computed again with the current weights. If it is still fine, the weights are
// good, and the fault is in the bad batch.
struct ControlBatch {
  std::int64_t epoch = 0, batch = 0;
  double loss = 0;      // nats per target token, without dropout
  double expected = 0;  // its loss in training; 0 if there is no such batch and the next one is used
  double guess = 0;     // Task::guess_nats()
  bool is_fine() const;
};

// Checks an update that has not been made yet. `guess_nats`: Task::guess_nats().
std::optional<Fault> find_fault(const Update& update, const runs::UpdateHistory& history, const TrainConfig& config,
                                double guess_nats);
// Whether the fault was detected before the update was made, so that skipping a batch could help.
bool before_the_update(FaultKind kind);

// Fills in `what`, `bad` and `origin` by computing the update, if there is one, again. Overwrites the gradients.
void examine(Fault& fault, Task& task);
// Uses the last batch of the history, or the given one if the history is empty. The loss is NaN if the batch has no
// target token.
ControlBatch control_batch(Task& task, const runs::UpdateHistory& history, std::int64_t epoch, std::int64_t batch);

}  // namespace prenorm::updates

namespace prenorm {

template <>
struct EnumNames<updates::FaultAction> {
  using Action = updates::FaultAction;
  static constexpr std::array<std::pair<Action, std::string_view>, 3> values{
      {{Action::kStop, "stop"}, {Action::kSkip, "skip"}, {Action::kRollback, "rollback"}}};
};

template <>
struct EnumNames<updates::FaultKind> {
  using Kind = updates::FaultKind;
  static constexpr std::array<std::pair<Kind, std::string_view>, 8> values{
      {{Kind::kLossNotFinite, "loss_not_finite"},
       {Kind::kGradientNotFinite, "gradient_not_finite"},
       {Kind::kLossTooLarge, "loss_too_large"},
       {Kind::kLossSpike, "loss_spike"},
       {Kind::kGradientSpike, "gradient_spike"},
       {Kind::kLossRatio, "loss_ratio"},
       {Kind::kWeightNotFinite, "weight_not_finite"},
       {Kind::kValidationNotFinite, "validation_not_finite"}}};
};

}  // namespace prenorm
