// [train] and [decode]: the loop around the model, and how it translates and writes.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "prenorm/base/describe.h"

namespace prenorm {

enum class BestMetric : std::uint8_t { kLoss, kBleu, kScore };
enum class StopRule : std::uint8_t { kBeamFinished, kBestPossible };

enum class OnFault : std::uint8_t { kStop, kSkip, kRollback };
// Whose gradients by example are measured.
enum class NoiseScale : std::uint8_t { kOff, kNorm, kAll };

template <>
struct EnumNames<OnFault> {
  static constexpr std::array<std::pair<OnFault, std::string_view>, 3> values{
      {{OnFault::kStop, "stop"}, {OnFault::kSkip, "skip"}, {OnFault::kRollback, "rollback"}}};
};
template <>
struct EnumNames<NoiseScale> {
  static constexpr std::array<std::pair<NoiseScale, std::string_view>, 3> values{
      {{NoiseScale::kOff, "off"}, {NoiseScale::kNorm, "norm"}, {NoiseScale::kAll, "all"}}};
};
template <>
struct EnumNames<BestMetric> {
  static constexpr std::array<std::pair<BestMetric, std::string_view>, 3> values{
      {{BestMetric::kLoss, "loss"}, {BestMetric::kBleu, "bleu"}, {BestMetric::kScore, "score"}}};
};
template <>
struct EnumNames<StopRule> {
  static constexpr std::array<std::pair<StopRule, std::string_view>, 2> values{
      {{StopRule::kBeamFinished, "beam_finished"}, {StopRule::kBestPossible, "best_possible"}}};
};

struct TrainConfig {
  std::int64_t max_steps = 10'000;
  std::int64_t max_tokens = 0;
  std::int64_t max_epochs = 0;
  std::int64_t seed = 1;
  std::string pretrained;
  std::string trainable = "all";
  std::int64_t lora_rank = 0;
  double lora_alpha = 16;
  std::string lora_targets = "qkv";
  double label_smoothing = 0.1;
  std::int64_t log_every = 10;
  std::int64_t observe_every = 100;
  std::int64_t valid_every = 500;
  std::int64_t bleu_every = 0;
  std::int64_t checkpoint_every = 500;
  std::int64_t keep_last = 3;
  std::int64_t average_last = 0;
  BestMetric best_metric = BestMetric::kLoss;
  std::int64_t patience = 0;
  double diverged_loss_ratio = 0.0;
  OnFault on_fault = OnFault::kStop;
  std::int64_t max_faults = 10;
  double spike_ratio = 0.0;
  std::int64_t history = 64;
  NoiseScale noise_scale = NoiseScale::kOff;
  double noise_scale_smoothing = 0.95;
  bool tensorboard = false;
};

template <class V>
void describe(V& v, TrainConfig& c) {
  v.field("max_steps", c.max_steps, Range{1, 1e12}, "updates");
  v.field("max_tokens", c.max_tokens, Range{0, 1e12},
          "target tokens after which training ends, with the update that reaches them; 0 = no limit");
  v.field("max_epochs", c.max_epochs, Range{0, 1e9}, "maximum passes over the corpus; 0 = no limit");
  v.field("seed", c.seed, Range{0, 9e15}, "random seed, which determines everything random");
  v.field("pretrained", c.pretrained,
          "a run, or one of its checkpoints, to take the tokenizer and the weights of the same names from");
  v.field("trainable", c.trainable,
          "what trains: all, norm, head, norm_and_head, bias, or patterns of parameter names, separated by commas");
  v.field("lora_rank", c.lora_rank, Range{0, 65536},
          "rank of adapters (Hu et al. 2021); with trainable = all only they train, and a classifier's head; 0 = no "
          "adapters");
  v.field("lora_alpha", c.lora_alpha, Range{0, 1e6}, "an adapter adds lora_alpha / lora_rank times B A to its matrix");
  v.field("lora_targets", c.lora_targets,
          "the matrices with adapters: qkv = queries, keys and values, or patterns of parameter names");
  v.field("label_smoothing", c.label_smoothing, Range{0, 0.99},
          "fraction of the target probability spread over the vocabulary");
  v.field("log_every", c.log_every, Range{1, 1e9}, "updates between lines in metrics.jsonl");
  v.field("observe_every", c.observe_every, Range{0, 1e9},
          "updates between records by layer (gradient norms, size of states; also at update 1); 0 = never");
  v.field("valid_every", c.valid_every, Range{1, 1e9}, "updates between validations (and at the end)");
  v.field("bleu_every", c.bleu_every, Range{0, 1e9},
          "updates between validations with BLEU (rounded up to a validation); 0 = at the end only");
  v.field("checkpoint_every", c.checkpoint_every, Range{1, 1e9}, "updates between checkpoints (and at the end)");
  v.field("keep_last", c.keep_last, Range{1, 1e6}, "number of recent checkpoints to keep (the best is always kept)");
  v.field("average_last", c.average_last, Range{0, 1e6},
          "number of checkpoints averaged into checkpoints/average at the end; 0 = none; at most keep_last");
  v.field("best_metric", c.best_metric,
          "validation figure that decides the best checkpoint and early stopping; score = the task's first score");
  v.field("patience", c.patience, Range{0, 1e9}, "validations without improvement after which to stop; 0 = never");
  v.field("diverged_loss_ratio", c.diverged_loss_ratio, Range{0, 1e9},
          "stop as diverged if the median loss of 16 updates exceeds this many times that of update 1; 0 = never");
  v.field("on_fault", c.on_fault,
          "what to do when a loss or gradient is not finite: stop, skip the batch, or rollback to the last checkpoint");
  v.field("max_faults", c.max_faults, Range{1, 1e6}, "faults in a row, without progress, after which to stop anyway");
  v.field("spike_ratio", c.spike_ratio, Range{0, 1e9},
          "treat a loss or gradient norm above this many times its recent median as a fault; 0 = never");
  v.field("history", c.history, Range{0, 4096},
          "recent updates kept with figures by layer, for the diagnosis of a fault; 0 = none");
  v.field("noise_scale", c.noise_scale,
          "measure gradients by example: off, norm (weights of normalisations, nearly free), or all that train");
  v.field("noise_scale_smoothing", c.noise_scale_smoothing, Range{0, 0.9999},
          "share of the past in the running means whose ratio is the noise scale; 0.95 averages some 40 updates");
  v.field("tensorboard", c.tensorboard, "also write the metrics for TensorBoard, to RUN/tensorboard");
}

struct DecodeConfig {
  std::int64_t beam = 5;
  double length_penalty = 1.0;
  std::int64_t n_best = 1;
  StopRule stop = StopRule::kBeamFinished;
  double max_length_ratio = 2.0;
  std::int64_t max_length_offset = 20;
  std::int64_t max_source_tokens = 1024;
  std::int64_t max_tokens = 4096;
  std::string end_ids;
};

template <class V>
void describe(V& v, DecodeConfig& c) {
  v.field("beam", c.beam, Range{1, 1000}, "hypotheses kept per sentence; 1 = greedy");
  v.field("length_penalty", c.length_penalty, Range{0, 10},
          "exponent A in score = log P(hypothesis) / length^A, end of sentence included");
  v.field("n_best", c.n_best, Range{1, 1000}, "hypotheses returned per sentence; at most beam");
  v.field("stop", c.stop,
          "a search ends when `beam` hypotheses have ended, or when no unfinished one can still score better");
  v.field("max_length_ratio", c.max_length_ratio, Range{0, 100}, "a hypothesis ends at ratio * source tokens + offset");
  v.field("max_length_offset", c.max_length_offset, Range{1, 1e6}, "see max_length_ratio");
  v.field("max_source_tokens", c.max_source_tokens, Range{1, 1e6}, "longer lines are cut, with a warning");
  v.field("max_tokens", c.max_tokens, Range{1, 1e9}, "maximum source tokens times beam translated together");
  v.field("end_ids", c.end_ids,
          "causal_lm: ids of the tokens that end a text, separated by commas; empty = the tokenizer's end of sentence");
}

}  // namespace prenorm
