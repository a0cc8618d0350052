// What an update can be wrong with, seen before it does harm.
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
  kLossTooLarge,         // over kTimesAGuess times Task::guess_nats()
  kLossSpike,            // over train.spike_ratio times the median of the history
  kGradientSpike,        // the same of the gradient norm
  kLossRatio,            // train.diverged_loss_ratio, of the median loss of the last kLossesToJudge updates
  kWeightNotFinite,      // after an update that was made
  kValidationNotFinite,  // the loss of a validation
};

// A loss 300 times that of a guess is no training any more, though it may stay a number for long; weights that start
// far too large may cost a hundred times as much, and learn.
inline constexpr double kTimesAGuess = 300;
// An activation past all sense: layer norms keep states at 1, and sums of a thousand branches below 100.
inline constexpr double kLargestActivation = 1e4;

enum class FaultAction : std::uint8_t { kStop, kSkip, kRollback };

struct Fault {
  FaultKind kind;
  Update update;         // that it is about
  double usual = 0;      // what the loss or the gradient norm is compared with, where it is
  std::string what{};    // one clause: "gradient of embedding.weight is not finite"
  BadTensor bad{};       // once looked for
  std::string origin{};  // the lines of the batch

  // False where no update has been made since the start, and for a validation: the weights alone are at fault.
  bool has_batch() const { return !update.batches.empty() && kind != FaultKind::kValidationNotFinite; }
};

// A batch that was fine, computed with the weights as they are: whether these are still good tells a bad batch from a
// bad model.
struct ControlBatch {
  std::int64_t epoch = 0, batch = 0;
  double loss = 0;      // nats per target token, without dropout
  double expected = 0;  // when it was trained on; 0 where there is no such batch, and the next one was taken
  double guess = 0;     // Task::guess_nats()
  bool is_fine() const;
};

// The fault of an update that has not been made. `guess_nats`: Task::guess_nats().
std::optional<Fault> find_fault(const Update& update, const runs::UpdateHistory& history, const TrainConfig& config,
                                double guess_nats);
// Whether leaving a batch out could help: not where the update has been made already.
bool before_the_update(FaultKind kind);

// Computes the update again, where it has one, to fill in `what`, `bad` and `origin`. Overwrites the gradients.
void examine(Fault& fault, Task& task);
// The last batch of the history, or this one if the history is empty; the loss is NaN where it has no target token.
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
