// Says what is wrong with a run, why, and what to change. docs/diagnosis.md has the rules.
#pragma once

#include <array>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prenorm/base/describe.h"
#include "prenorm/diagnosis/evidence.h"
#include "prenorm/runs/run_folder.h"

namespace prenorm::diagnosis {

// What is observed.
enum class Symptom : std::uint8_t {
  kNothing,    // no problem found
  kTooEarly,   // no problem found, but too few updates to tell whether it learns
  kNotFinite,  // NaN or Inf
  kDiverged,   // the loss exceeded its limit, or ended above where it began
  kSpike,      // one update stands out from its neighbours
  kStalled,    // hardly better than the frequencies of target tokens
  kRelapsed,   // as bad as that again, after having been better
};

// Why it happened.
enum class Cause : std::uint8_t {
  kNone,
  kDamagedWeights,     // the weights were not finite before the first update
  kBrokenOperator,     // finite numbers in range went in, NaN came out
  kPoisonedBatch,      // one batch is bad, not the model
  kRateTooHigh,        //
  kPostLnCold,         // Post-LN without warm-up
  kRankCollapse,       // the last layer's states are the same for all tokens of a sequence
  kMissingFinalNorm,   // Pre-LN without the LN after the last layer
  kEmbeddingScale,     // embeddings far from unit size
  kAdamMoments,        // beta1, beta2 or eps make Adam's steps unbounded or almost zero
  kWeightDecay,        // decay outweighs the gradient
  kClipTooSmall,       // clip_norm removes almost all of the gradient
  kRateTooLow,         // the weights hardly move
  kDataWithoutSignal,  // source and target are unrelated
};

enum class Confidence : std::uint8_t { kLow, kMedium, kHigh };

struct Remedy {
  std::string line;  // line for the configuration, `optim.lr = 0.0001`; empty if there is none
  std::string why;
};

// One layer in the last measured updates.
struct LayerRow {
  std::string layer;
  double gradient = 0;      // L2 norm over its parameters
  double weight = 0;        // L2 norm over its parameters
  double update_ratio = 0;  // largest ‖Δw‖/‖w‖ of its matrices
};

struct Diagnosis {
  Symptom symptom = Symptom::kNothing;
  Cause cause = Cause::kNone;
  Confidence confidence = Confidence::kHigh;
  std::string seen;                   // the symptom, in one sentence with its numbers
  std::vector<std::string> evidence;  // for the cause, one sentence each
  std::string theory;                 // the theorem or lemma that does not hold here; empty if none is concerned
  std::vector<Remedy> remedies;       // most promising first
  std::vector<LayerRow> layers;       // in the order of computation
  Evidence from;

  // "probably ...: lower optim.lr, ...", one clause.
  std::string advice() const;
};

// Number of updates at full rate after which a run must have learned more than token frequencies. Adam moves a weight
// by about the rate in each update, so updates during warm-up count for less.
inline constexpr double kUpdatesToJudge = 300;
// Whether a loss, without label smoothing, is hardly better than the one that token frequencies give (0: unknown): less
// than a twentieth below it. Using a single word of context, the least that can be learned, gains far more.
constexpr bool at_unigram_loss(double nll, double unigram_nats) {
  return unigram_nats > 0 && nll >= 0.95 * unigram_nats;
}
// The text for a loss for which at_unigram_loss() holds: "6.106 nats per target token, is less than 5 % below ...".
std::string at_unigram_loss_text(double nll, double unigram_nats);

Diagnosis diagnose(const Evidence& evidence);

nlohmann::ordered_json to_json(const Diagnosis& diagnosis);
// One page of Markdown.
std::string to_page(const Diagnosis& diagnosis);
// Writes diagnosis.json and diagnosis.md. Errors: FileError.
void write_diagnosis(const runs::RunFolder& folder, const Diagnosis& diagnosis);

}  // namespace prenorm::diagnosis

namespace prenorm {

template <>
struct EnumNames<diagnosis::Symptom> {
  using S = diagnosis::Symptom;
  static constexpr std::array<std::pair<S, std::string_view>, 7> values{{{S::kNothing, "nothing"},
                                                                         {S::kTooEarly, "too_early"},
                                                                         {S::kNotFinite, "not_finite"},
                                                                         {S::kDiverged, "diverged"},
                                                                         {S::kSpike, "spike"},
                                                                         {S::kStalled, "stalled"},
                                                                         {S::kRelapsed, "relapsed"}}};
};
template <>
struct EnumNames<diagnosis::Cause> {
  using C = diagnosis::Cause;
  static constexpr std::array<std::pair<C, std::string_view>, 14> values{
      {{C::kNone, "none"},
       {C::kDamagedWeights, "damaged_weights"},
       {C::kBrokenOperator, "broken_operator"},
       {C::kPoisonedBatch, "poisoned_batch"},
       {C::kRateTooHigh, "rate_too_high"},
       {C::kPostLnCold, "post_ln_without_warmup"},
       {C::kRankCollapse, "rank_collapse"},
       {C::kMissingFinalNorm, "missing_final_norm"},
       {C::kEmbeddingScale, "embedding_scale"},
       {C::kAdamMoments, "adam_moments"},
       {C::kWeightDecay, "weight_decay_too_large"},
       {C::kClipTooSmall, "clip_norm_too_small"},
       {C::kRateTooLow, "rate_too_low"},
       {C::kDataWithoutSignal, "data_without_signal"}}};
};
template <>
struct EnumNames<diagnosis::Confidence> {
  using C = diagnosis::Confidence;
  static constexpr std::array<std::pair<C, std::string_view>, 3> values{
      {{C::kLow, "low"}, {C::kMedium, "medium"}, {C::kHigh, "high"}}};
};

}  // namespace prenorm
