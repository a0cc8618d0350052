#include <fmt/format.h>

#include "prenorm/diagnosis/diagnosis_rules.h"

namespace prenorm::diagnosis {
namespace {

// Applied to the loss: beyond the difference between batches.
constexpr double kClearlyWorse = 1.1;

std::pair<Symptom, std::string> of_fault(const updates::Fault& fault) {
  const std::string seen = fmt::format("Update {}: {}.", fault.update.step, fault.what);
  switch (fault.kind) {
    case updates::FaultKind::kLossNotFinite:
    case updates::FaultKind::kGradientNotFinite:
    case updates::FaultKind::kWeightNotFinite:
    case updates::FaultKind::kValidationNotFinite: return {Symptom::kNotFinite, seen};
    case updates::FaultKind::kLossTooLarge:
      return {Symptom::kDiverged, fmt::format("Update {}: the loss is {:.4g} nats per target token; {}.",
                                              fault.update.step, fault.update.loss(), fault.what)};
    case updates::FaultKind::kLossRatio: return {Symptom::kDiverged, seen};
    case updates::FaultKind::kLossSpike:
    case updates::FaultKind::kGradientSpike: break;
  }
  return {Symptom::kSpike, seen};
}

}  // namespace

std::pair<Symptom, std::string> find_symptom(const Evidence& e, const RunFacts& f) {
  if (e.fault) return of_fault(e.fault->fault);
  if (!e.bad_weight.empty())
    return {Symptom::kNotFinite, fmt::format("The newest checkpoint, of update {}, contains {}, which is not finite.",
                                             e.state.step, e.bad_weight)};
  if (e.log.empty()) return {Symptom::kTooEarly, "No update has been logged yet."};
  const std::string beside =
      fmt::format("{:.3f} nats per target token without smoothing; the frequencies of target tokens alone give {:.3f}",
                  f.recent_nll, f.unigram);
  if (f.steps >= 16 && f.recent_loss > kClearlyWorse * f.first_loss)
    return {Symptom::kDiverged, fmt::format("The loss of the last updates, {:.4g} nats per target token, is above that "
                                            "of update 1, {:.4g}.",
                                            f.recent_loss, f.first_loss)};
  if (at_unigram_loss(f.recent_nll, f.unigram)) {
    if (!at_unigram_loss(f.best_nll * kClearlyWorse, f.unigram))
      return {Symptom::kRelapsed, fmt::format("The loss had fallen to {:.3f} and is back at {}.", f.best_nll, beside)};
    if (f.judged || e.config.optim.lr == 0)
      return {Symptom::kStalled, fmt::format("After {} updates the loss is {}.", f.steps, beside)};
  }
  if (f.outlier)
    return {Symptom::kSpike,
            fmt::format("Update {} stands out: its {}, {:.4g}, is {:.3g} times that of the updates "
                        "before and after it.",
                        f.outlier->step, f.outlier->of, f.outlier->value, f.outlier->value / f.outlier->usual)};
  if (f.judged && f.unigram > 0) return {Symptom::kNothing, fmt::format("No problem found:  the loss is {}.", beside)};
  if (f.judged)
    return {Symptom::kNothing, fmt::format("No problem found:  the loss has come from {:.3f} to {:.3f} nats per target "
                                           "token; the loss that token frequencies alone give is unknown.",
                                           f.first_loss, f.recent_loss)};
  return {Symptom::kTooEarly, fmt::format("No problem found, but it is too early to tell whether the run learns: {} "
                                          "updates, equal to {:.0f} at full rate.",
                                          f.steps, e.state.rate_sum)};
}

}  // namespace prenorm::diagnosis
