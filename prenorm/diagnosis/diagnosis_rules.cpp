#include "prenorm/diagnosis/diagnosis_rules.h"

#include <fmt/format.h>

#include <cmath>

#include "prenorm/config/placement.h"
#include "prenorm/diagnosis/rank_collapse.h"
#include "prenorm/diagnosis/schedule_unit.h"
#include "prenorm/nn/trained_parts.h"

namespace prenorm::diagnosis {
namespace {

using Found = std::optional<Finding>;
using Rule = Found (*)(const Evidence&, const RunFacts&);

bool is_adam(const OptimConfig& o) { return o.name != OptimizerName::kSgd; }

// With r = ‖Δw‖/‖w‖ in every update and a momentum that remembers 1/(1 - β) updates, at r >= 1 - β the weights are
// replaced within that memory: gradients are followed that were measured on another network.
double replacing_ratio(const OptimConfig& o) { return 1 - (is_adam(o) ? o.beta1 : o.momentum); }

// Largest |m̂|/√v̂ of Adam: by Cauchy-Schwarz (1-β1)/√(1-β2)
// √(1 - β1²/β2), which needs β1² < β2. Otherwise a gradient that becomes small divides what momentum still remembers by
// almost nothing.
bool adam_unbounded(const OptimConfig& o) { return is_adam(o) && o.beta1 * o.beta1 >= o.beta2; }

// The square of a smaller gradient underflows in float32 (the smallest normal number is 1.2e-38): v is 0 where m is
// not, and only ε limits their quotient.
constexpr double kUnderflowingGradient = 1.1e-19;

Found adam_moments(const Evidence& e, const RunFacts&) {
  const OptimConfig& o = e.config.optim;
  if (adam_unbounded(o))
    return Finding{Cause::kAdamMoments,
                   Confidence::kHigh,
                   {fmt::format("optim.beta1² = {:.3g} is not below optim.beta2 = {:g}: Adam's step is unbounded",
                                o.beta1 * o.beta1, o.beta2)}};
  if (is_adam(o) && o.eps < kUnderflowingGradient)
    return Finding{Cause::kAdamMoments,
                   Confidence::kMedium,
                   {fmt::format("optim.eps = {:g} is below {:g}: the square of a gradient that small is 0 in float32, "
                                "and eps alone keeps the step of such a weight finite",
                                o.eps, kUnderflowingGradient)}};
  return std::nullopt;
}

// Ten times: the theory assumes states of unit size, and initialisation gives them, up to the spread of tokens.
constexpr double kFarTooLarge = 10;

Found embeddings_start_large(const Evidence&, const RunFacts& f) {
  if (f.embedding_size <= kFarTooLarge) return std::nullopt;
  return Finding{Cause::kEmbeddingScale,
                 Confidence::kHigh,
                 {fmt::format("embedded tokens were {:.3g} times their normal size at the start", f.embedding_size)}};
}

// Only the embeddings: if other matrices have doubled too, everything grows, which the rate explains.
Found embeddings_grow(const Evidence&, const RunFacts& f) {
  if (f.embedding_growth <= kFarTooLarge || f.weight_growth >= 2) return std::nullopt;
  return Finding{Cause::kEmbeddingScale,
                 Confidence::kMedium,
                 {fmt::format("an embedding table has grown to {:.3g} times its norm, other matrices to {:.3g}",
                              f.embedding_growth, f.weight_growth)}};
}

Found rank_collapse(const Evidence& e, const RunFacts&) {
  const std::optional<CosineProfile> cosines = initial_cosines(e);
  if (!cosines || !cosines->collapsed()) return std::nullopt;
  return Finding{
      Cause::kRankCollapse,
      Confidence::kHigh,
      {fmt::format(
          "at initialisation the states of two tokens of a sequence had a mean cosine of {:.6f} after the last "
          "of {} layers, and of {:.3f} after the first; from layer {} on it was above {}",
          cosines->by_layer.back(), cosines->by_layer.size(), cosines->by_layer.front(),
          cosines->first_collapsed_layer(), kCollapsedCosine)}};
}

// Without a shortcut around attention nothing else can be the first cause: small gradients follow from it.
Found rank_collapse_without_shortcuts(const Evidence& e, const RunFacts& f) {
  return e.config.model.attention_skip == 0 ? rank_collapse(e, f) : std::nullopt;
}

Found missing_final_norm(const Evidence& e, const RunFacts& f) {
  const ModelConfig& model = e.config.model;
  if (!traits_of(model).ends_without_norm() || model.feed_forward_skip == 0) return std::nullopt;
  Finding found{Cause::kMissingFinalNorm,
                Confidence::kMedium,
                {fmt::format("model.norm_placement = \"{}\" hands the sum of all layers to the output as it is",
                             enum_name(model.norm_placement))}};
  if (!e.observations.empty() && !e.observations.front().rms.empty()) {
    const auto& [point, rms] = e.observations.front().rms.back();
    // √(1 + L/2) at least, by Lemma 2; a normalised state has 1.
    const double least = std::sqrt(1 + static_cast<double>(output_layers(model)) / 2);
    if (rms > least) found.confidence = Confidence::kHigh;
    found.evidence.push_back(
        fmt::format("the {}'s state at {} had size {:.3g} at the first observation; behind a final LN it is 1",
                    enum_name(output_stack(model)), point, rms));
  }
  if (f.first_loss > 0)
    found.evidence.push_back(fmt::format("the loss of update 1 was {:.3g} nats per target token", f.first_loss));
  return found;
}

// In one update, decay makes a step as large as the weight itself.
Found weight_decay_unstable(const Evidence& e, const RunFacts&) {
  const OptimConfig& o = e.config.optim;
  const bool direct = o.name == OptimizerName::kAdamW || o.name == OptimizerName::kSgd;
  if (!direct || o.lr * o.weight_decay < 1) return std::nullopt;
  return Finding{
      Cause::kWeightDecay,
      Confidence::kHigh,
      {fmt::format("optim.lr · optim.weight_decay = {:.3g}: decay alone changes the sign of a weight in one update",
                   o.lr * o.weight_decay)}};
}

// A weight before a LayerNorm has no gradient along itself, so steps can only lengthen it: matrices that have lost half
// of their norm have lost it to decay.
Found weight_decay(const Evidence& e, const RunFacts& f) {
  if (e.config.optim.weight_decay == 0 || f.weight_growth > 0.5) return std::nullopt;
  return Finding{Cause::kWeightDecay,
                 Confidence::kHigh,
                 {fmt::format("the matrices have shrunk to {:.3g} of their initial norm with optim.weight_decay = {:g}",
                              f.weight_growth, e.config.optim.weight_decay)}};
}

// Cold: a tenth of the peak rate or more is reached within the first 10 updates, about as long as Adam's moments
// consist of the first gradients (1/(1 - β1)).
bool starts_cold(const Evidence& e) { return e.config.schedule.warmup_steps < in_schedule_unit(e, 100); }

Found replaced_weights(const Evidence& e, const RunFacts& f) {
  if (f.largest_ratio < replacing_ratio(e.config.optim)) return std::nullopt;
  return Finding{
      Cause::kRateTooHigh,
      Confidence::kHigh,
      {fmt::format("update {} changed the matrices by {:.3g} of their norm; from {:.2g} on they are replaced "
                   "within the memory of the momentum",
                   f.largest_ratio_step, f.largest_ratio, replacing_ratio(e.config.optim))}};
}

Found post_ln_cold(const Evidence& e, const RunFacts& f) {
  const bool learned = f.unigram > 0 && f.best_nll > 0 && !at_unigram_loss(f.best_nll * 1.1, f.unigram);
  const ModelConfig& model = e.config.model;
  if (!traits_of(model).needs_warmup() || !starts_cold(e) || learned) return std::nullopt;
  // Where the frequencies are not known, only an early end is laid to the start.
  if (f.unigram == 0 && static_cast<double>(f.steps) > 2 * kUpdatesToJudge) return std::nullopt;
  const bool deep = std::max(model.encoder_layers, model.decoder_layers) >= 6;
  Finding found{
      Cause::kPostLnCold,
      deep ? Confidence::kHigh : Confidence::kMedium,
      {fmt::format(
          "model.norm_placement = \"{}\" with schedule.warmup_steps = {}: the full rate meets the gradients of "
          "initialisation",
          enum_name(model.norm_placement), e.config.schedule.warmup_steps)}};
  if (!e.observations.empty()) {
    const auto& tensors = e.observations.front().tensors;
    const std::string_view stack = enum_name(output_stack(model));
    const auto norm = [&](std::int64_t layer) {
      const auto at = tensors.find(fmt::format("{}.layers.{}.feed_forward.down.weight", stack, layer));
      return at != tensors.end() ? at->second.gradient : 0.0;
    };
    const std::int64_t last = output_layers(model) - 1;
    found.evidence.push_back(
        fmt::format("at update {} the gradient of the last {} layer's feed_forward.down was {:.3g}, that of the first "
                    "layer's {:.3g}",
                    e.observations.front().step, stack, norm(last), norm(0)));
  }
  return found;
}

std::string_view judged_text(const Evidence& e) {
  return trains_matrices(e) ? "the matrices" : "the tensors that train";
}

// How far the weights of a whole model move in healthy training says nothing about those of a part.
bool trains_a_part(const Evidence& e) { return !nn::trained_parts(e.config).all; }

// The remaining explanation if the loss exceeded its limit, the batch is not to blame and nothing else is unusual.
Found rate_too_high(const Evidence& e, const RunFacts& f) {
  Finding found{Cause::kRateTooHigh, Confidence::kMedium, {}};
  const auto& updates = e.state.history.updates();
  if (!updates.empty()) {
    const runs::UpdateRecord &first = updates.front(), &last = updates.back();
    found.evidence.push_back(
        fmt::format("from update {} to {} the loss went from {:.4g} to {:.4g}, the gradient norm "
                    "from {:.3g} to {:.3g}",
                    first.step, last.step, first.loss, last.loss, first.grad_norm, last.grad_norm));
    if (last.loss > 2 * first.loss || last.grad_norm > 10 * first.grad_norm) found.confidence = Confidence::kHigh;
  }
  if (e.fault && e.fault->first_after_start && updates.empty()) found.confidence = Confidence::kLow;
  found.evidence.push_back(
      fmt::format("the last measured update changed {} by {:.3g} of their norm", judged_text(e), f.ratio));
  return found;
}

// The weights are within this distance of where they began, in units of their norm: an angle of 17 degrees, so the
// network is the same except for details.
constexpr double kHardlyMoved = 0.3;

struct Movement {
  double clip = 1;     // the fraction of the gradient that clipping leaves
  double element = 0;  // RMS of the gradient's elements as the optimizer sees them
};

Movement movement_of(const Evidence& e, const RunFacts& f) {
  Movement m;
  const OptimConfig& o = e.config.optim;
  if (o.clip_norm > 0 && f.usual_grad_norm > o.clip_norm) m.clip = o.clip_norm / f.usual_grad_norm;
  double sum = 0;
  if (const runs::UpdateRecord* last = e.state.history.last_measured(); last != nullptr)
    for (const runs::TensorUpdate& t : last->tensors) sum += t.gradient * t.gradient;
  // The number of parameters is not in the log, but their norm at initialisation is that of Glorot's matrices, with
  // elements of about 1/√d.
  double weights = 0;
  if (!e.observations.empty())
    for (const auto& [name, t] : e.observations.front().tensors) weights += t.weight * t.weight;
  const double count = weights * static_cast<double>(e.config.model.d_model);
  m.element = count > 0 ? m.clip * std::sqrt(sum / count) : 0;
  return m;
}

Found hardly_moved(const Evidence& e, const RunFacts& f) {
  if (f.movement >= kHardlyMoved || trains_a_part(e)) return std::nullopt;
  const OptimConfig& o = e.config.optim;
  const Movement m = movement_of(e, f);
  const std::string moved =
      fmt::format("all updates together have moved the matrices by at most {:.2g} of their norm", f.movement);
  // The step without clipping or ε, relative to this one: SGD's is proportional to the clipped gradient g; Adam's to g
  // (g + ε).
  const double lost_to_clip = is_adam(o) ? (m.element + o.eps) / (m.element + o.eps * m.clip) : 1 / m.clip;
  if (m.clip < 1 && f.movement * lost_to_clip >= kHardlyMoved)
    return Finding{Cause::kClipTooSmall,
                   Confidence::kHigh,
                   {moved, fmt::format("optim.clip_norm = {:g} leaves {:.2g} of the usual gradient, of norm {:.3g}",
                                       o.clip_norm, m.clip, f.usual_grad_norm)}};
  if (is_adam(o) && m.element > 0 && f.movement * (m.element + o.eps) / m.element >= kHardlyMoved)
    return Finding{Cause::kAdamMoments,
                   Confidence::kHigh,
                   {moved, fmt::format("optim.eps = {:g} is larger than the elements of the gradient, about {:.2g}; it "
                                       "should only keep divisors from being zero",
                                       o.eps, m.element)}};
  return Finding{Cause::kRateTooLow, Confidence::kHigh, {moved, fmt::format("optim.lr = {:g}", o.lr)}};
}

// The remaining explanation if the weights move normally and nothing is learned.
Found no_signal(const Evidence& e, const RunFacts& f) {
  return Finding{
      Cause::kDataWithoutSignal,
      Confidence::kMedium,
      {fmt::format("the weights move normally ({:.2g} of their norm in the last measured update, at most {:.2g} in "
                   "total) from a sound start, but the loss does not fall",
                   f.ratio, f.movement),
       fmt::format("model.norm_placement = \"{}\" does not need warm-up", enum_name(e.config.model.norm_placement))}};
}

Found first_of(std::initializer_list<Rule> rules, const Evidence& e, const RunFacts& f) {
  for (const Rule rule : rules)
    if (Found found = rule(e, f)) return found;
  return std::nullopt;
}

Found unstable(const Evidence& e, const RunFacts& f) {
  return first_of({adam_moments, weight_decay_unstable, embeddings_start_large, missing_final_norm, replaced_weights,
                   embeddings_grow, post_ln_cold, rate_too_high},
                  e, f);
}

Found stalled(const Evidence& e, const RunFacts& f) {
  return first_of({rank_collapse_without_shortcuts, hardly_moved, adam_moments, weight_decay_unstable, weight_decay,
                   embeddings_start_large, missing_final_norm, replaced_weights, embeddings_grow, post_ln_cold,
                   rank_collapse, no_signal},
                  e, f);
}

double largest_before(const updates::BadTensor& bad) {
  double largest = 0;
  for (const updates::PointSize& p : bad.before)
    if (p.point != bad.name && std::isfinite(p.largest)) largest = std::max(largest, p.largest);
  return largest;
}

// An unbounded step may damage the weights of one token, or every weight for a few updates: batches without that token,
// or after that time, are unaffected, so the batch that reveals the damage looks poisoned.
constexpr const char* kOneWeightIsEnough = ", which a single damaged weight need not affect";

// The fault of a single batch, if the same weights still handle another batch normally.
Finding of_the_batch(const FaultEvidence& at, const Evidence& e, const RunFacts& f) {
  const updates::Fault& fault = at.fault;
  const std::string control =
      fmt::format("with the same weights batch {} of epoch {} still has a loss of {:.4g} nats per target token{}",
                  at.control.batch, at.control.epoch, at.control.loss,
                  at.control.expected > 0 ? fmt::format("; it was {:.4g} when it was trained on", at.control.expected)
                                          : std::string());
  const double largest = largest_before(fault.bad);
  const bool in_range = largest < updates::kLargestActivation;
  const bool not_finite =
      fault.kind == updates::FaultKind::kLossNotFinite || fault.kind == updates::FaultKind::kGradientNotFinite;
  if (not_finite && fault.bad.kind == updates::TensorKind::kActivation && in_range)
    return {Cause::kBrokenOperator,
            Confidence::kHigh,
            {control, fmt::format("{}, although no number before it is larger than {:.3g}", fault.what, largest)}};
  if (not_finite && fault.bad.kind == updates::TensorKind::kNone)
    return {Cause::kBrokenOperator,
            Confidence::kHigh,
            {control, "computed a second time, the same update is finite: faulty memory, or a race"}};
  if (fault.bad.kind == updates::TensorKind::kGradient && f.usual_loss > 0 && fault.update.loss() < 2 * f.usual_loss)
    return {Cause::kBrokenOperator,
            Confidence::kMedium,
            {control, fmt::format("the loss of the batch itself, {:.4g}, is normal", fault.update.loss())}};
  if (Found found = adam_moments(e, f)) {
    found->evidence.push_back(control + kOneWeightIsEnough);
    return *found;
  }
  return {Cause::kPoisonedBatch, Confidence::kHigh, {control, "the batch: " + fault.origin}};
}

// A run that recovered from an update that stands out.
Finding of_spike(const Evidence& e, const RunFacts& f) {
  if (Found found = adam_moments(e, f)) return *found;
  return {Cause::kPoisonedBatch, Confidence::kMedium, {"the run recovered, as after a bad batch"}};
}

Found of_fault(const FaultEvidence& at, const Evidence& e, const RunFacts& f) {
  if (at.fault.bad.kind == updates::TensorKind::kWeight && at.first_after_start)
    return Finding{Cause::kDamagedWeights,
                   Confidence::kHigh,
                   {fmt::format("{} before any update was applied to it", at.fault.what)}};
  if (before_the_update(at.fault.kind) && at.fault.bad.kind != updates::TensorKind::kWeight && at.control.is_fine())
    return of_the_batch(at, e, f);
  Found found = unstable(e, f);
  if (found && before_the_update(at.fault.kind) && at.fault.bad.kind != updates::TensorKind::kWeight)
    found->evidence.push_back(
        fmt::format("it is not this batch: batch {} of epoch {}, computed for comparison, has a loss of {:.4g} nats "
                    "per target token with the same weights",
                    at.control.batch, at.control.epoch, at.control.loss));
  return found;
}

}  // namespace

Finding find_cause(Symptom symptom, const Evidence& e, const RunFacts& f) {
  Found found;
  switch (symptom) {
    case Symptom::kNothing:
    case Symptom::kTooEarly: return {};
    case Symptom::kNotFinite:
    case Symptom::kDiverged:
    case Symptom::kRelapsed:
      if (e.fault) {
        found = of_fault(*e.fault, e, f);
      } else if (!e.bad_weight.empty()) {
        found =
            Finding{Cause::kDamagedWeights, Confidence::kHigh, {"checkpoints are only written with finite weights"}};
      } else {
        found = unstable(e, f);
      }
      break;
    case Symptom::kSpike:
      if (e.fault)
        found = of_fault(*e.fault, e, f);
      else
        found = of_spike(e, f);
      break;
    case Symptom::kStalled: found = stalled(e, f); break;
  }
  return found.value_or(Finding{});
}

}  // namespace prenorm::diagnosis
