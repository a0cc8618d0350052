#include "prenorm/config/validate.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>

#include "prenorm/base/error.h"
#include "prenorm/config/fields.h"
#include "prenorm/config/id_list.h"
#include "prenorm/config/name_patterns.h"

namespace prenorm {
namespace config {
namespace {

bool is(const Config& c, TaskKind task) { return c.task == task; }
bool translates(const Config& c) { return is(c, TaskKind::kTranslation); }
bool models_language(const Config& c) { return is(c, TaskKind::kMaskedLm) || is(c, TaskKind::kCausalLm); }
bool has_validation(const Config& c) { return !valid_file(c).empty(); }
bool decays_to_the_end(const Config& c) {
  return c.schedule.name == ScheduleName::kLinear || c.schedule.name == ScheduleName::kCosine;
}

bool follows(const Config& c) { return c.batch.follow == BatchFollow::kNoiseScale; }
bool counts_tokens(const Config& c) { return c.schedule.unit == ScheduleUnit::kTokens; }
// Where the decay of linear and cosine ends, in the schedule's unit.
std::int64_t schedule_end(const Config& c) { return counts_tokens(c) ? c.train.max_tokens : c.train.max_steps; }

const std::vector<Rule>& all_rules() {
  static const std::vector<Rule> list = {
      {{"data.train_source"},
       "data.train_source must name a file",
       [](const Config& c) { return !translates(c) || !c.data.train_source.empty(); }},
      {{"data.train_target"},
       "data.train_target must name a file",
       [](const Config& c) { return !translates(c) || !c.data.train_target.empty(); }},
      {{"data.train_text", "task"},
       "data.train_text must name a file for masked_lm and causal_lm",
       [](const Config& c) { return !models_language(c) || !c.data.train_text.empty(); }},
      {{"data.train_table", "task"},
       "data.train_table must name a file for classification",
       [](const Config& c) { return !is(c, TaskKind::kClassification) || !c.data.train_table.empty(); }},
      {{"data.valid_source", "data.valid_target"},
       "data.valid_source and data.valid_target must both be given or both be empty",
       [](const Config& c) { return c.data.valid_source.empty() == c.data.valid_target.empty(); }},
      {{"train.bleu_every", "task"},
       "train.bleu_every over 0 is for translation",
       [](const Config& c) { return c.train.bleu_every == 0 || translates(c); }},
      {{"train.patience", "task"},
       "train.patience over 0 needs validation text",
       [](const Config& c) { return c.train.patience == 0 || has_validation(c); }},
      {{"train.bleu_every", "data.valid_source"},
       "train.bleu_every over 0 needs validation text",
       [](const Config& c) { return c.train.bleu_every == 0 || has_validation(c); }},
      {{"train.best_metric", "train.bleu_every"},
       "train.best_metric = \"bleu\" needs train.bleu_every over 0",
       [](const Config& c) { return c.train.best_metric != BestMetric::kBleu || c.train.bleu_every > 0; }},
      {{"train.best_metric", "task", "masked_lm.next_sentence"},
       "train.best_metric = \"score\" is for classification, and for masked_lm with next_sentence",
       [](const Config& c) {
         return c.train.best_metric != BestMetric::kScore || is(c, TaskKind::kClassification) ||
                (is(c, TaskKind::kMaskedLm) && c.masked_lm.next_sentence);
       }},
      {{"masked_lm.mask_token_share", "masked_lm.random_token_share"},
       "masked_lm.mask_token_share and masked_lm.random_token_share must add up to at most 1",
       [](const Config& c) { return c.masked_lm.mask_token_share + c.masked_lm.random_token_share <= 1; }},
      {{"masked_lm.next_sentence", "model.segments"},
       "masked_lm.next_sentence needs model.segments of 2 or more, to distinguish the two texts",
       [](const Config& c) {
         return !is(c, TaskKind::kMaskedLm) || !c.masked_lm.next_sentence || c.model.segments >= 2;
       }},
      {{"model.encoder_layers", "task"},
       "model.encoder_layers must be at least 1 for masked_lm and classification",
       [](const Config& c) { return c.model.encoder_layers > 0 || translates(c) || is(c, TaskKind::kCausalLm); }},
      {{"data.sequence_length", "task"},
       "data.sequence_length must be at least 8 for masked_lm and classification, so that text fits between the "
       "special tokens",
       [](const Config& c) { return c.data.sequence_length >= 8 || translates(c) || is(c, TaskKind::kCausalLm); }},
      {{"batch.max_tokens", "data.sequence_length"},
       "batch.max_tokens must be at least data.sequence_length",
       [](const Config& c) { return translates(c) || c.batch.max_tokens >= c.data.sequence_length; }},
      {{"model.max_positions", "data.sequence_length"},
       "model.max_positions must be at least data.sequence_length for learned positions",
       [](const Config& c) {
         return translates(c) || c.model.positions != Positions::kLearned ||
                c.model.max_positions >= c.data.sequence_length;
       }},
      {{"train.pretrained", "task"},
       "train.pretrained is for masked_lm, classification and causal_lm",
       [](const Config& c) { return c.train.pretrained.empty() || !translates(c); }},
      {{"train.trainable"},
       "train.trainable must be words or patterns of parameter names, separated by commas",
       [](const Config& c) { return is_pattern_list(c.train.trainable); }},
      {{"train.lora_targets"},
       "train.lora_targets must be words or patterns of parameter names, separated by commas",
       [](const Config& c) { return is_pattern_list(c.train.lora_targets); }},
      {{"tokenizer.target_model", "tokenizer.joint"},
       "tokenizer.target_model is for tokenizer.joint = false; a joint vocabulary is tokenizer.source_model alone",
       [](const Config& c) { return !c.tokenizer.joint || c.tokenizer.target_model.empty(); }},
      {{"model.tied_embeddings", "tokenizer.joint"},
       "model.tied_embeddings = \"all\" needs tokenizer.joint = true",
       [](const Config& c) { return c.model.tied_embeddings != TiedEmbeddings::kAll || c.tokenizer.joint; }},
      {{"batch.max_tokens", "data.max_target_tokens"},
       "batch.max_tokens must be greater than data.max_target_tokens, so that the longest sentence and its end fit",
       [](const Config& c) { return !translates(c) || c.batch.max_tokens > c.data.max_target_tokens; }},
      {{"model.d_model", "model.num_heads"},
       "model.d_model must be a multiple of model.num_heads",
       [](const Config& c) { return c.model.d_model % c.model.num_heads == 0; }},
      {{"model.attention_skip", "model.attention_gain"},
       "model.attention_skip and model.attention_gain must not both be 0, or nothing passes self-attention",
       [](const Config& c) { return c.model.attention_skip != 0 || c.model.attention_gain != 0; }},
      {{"model.feed_forward_skip", "model.feed_forward_gain"},
       "model.feed_forward_skip and model.feed_forward_gain must not both be 0, or nothing passes the feed-forward "
       "network",
       [](const Config& c) { return c.model.feed_forward_skip != 0 || c.model.feed_forward_gain != 0; }},
      {{"model.d_model", "model.positions"},
       "model.d_model must be even for sinusoidal positions",
       [](const Config& c) { return c.model.positions != Positions::kSinusoidal || c.model.d_model % 2 == 0; }},
      {{"model.max_positions", "data.max_source_tokens", "data.max_target_tokens"},
       "model.max_positions must be greater than data.max_source_tokens and data.max_target_tokens for learned "
       "positions",
       [](const Config& c) {
         return !translates(c) || c.model.positions != Positions::kLearned ||
                c.model.max_positions > std::max(c.data.max_source_tokens, c.data.max_target_tokens);
       }},
      {{"optim.momentum", "optim.name"},
       "optim.momentum is for optim.name = \"sgd\"; leave it at 0 for the others",
       [](const Config& c) { return c.optim.momentum == 0 || c.optim.name == OptimizerName::kSgd; }},
      {{"batch.ramp_from", "batch.accumulate"},
       "batch.ramp_from must be less than batch.accumulate, which it grows to",
       [](const Config& c) { return c.batch.ramp_from < c.batch.accumulate; }},
      {{"batch.follow", "train.noise_scale"},
       "batch.follow = \"noise_scale\" needs train.noise_scale = \"norm\" or \"all\", which measure it",
       [](const Config& c) { return !follows(c) || c.train.noise_scale != NoiseScale::kOff; }},
      {{"batch.follow", "batch.ramp_from", "batch.ramp_tokens"},
       "batch.follow = \"noise_scale\" needs batch.ramp_from over 0, the least number of batches, and no "
       "batch.ramp_tokens",
       [](const Config& c) { return !follows(c) || (c.batch.ramp_from > 0 && c.batch.ramp_tokens == 0); }},
      {{"batch.ramp_from", "batch.ramp_tokens", "batch.follow"},
       "batch.ramp_from and batch.ramp_tokens must both be over 0 or both be 0",
       [](const Config& c) { return follows(c) || (c.batch.ramp_from > 0) == (c.batch.ramp_tokens > 0); }},
      {{"schedule.unit", "train.max_tokens", "schedule.name"},
       "schedule.unit = \"tokens\" needs train.max_tokens over 0 for linear and cosine, whose decay ends there",
       [](const Config& c) { return !counts_tokens(c) || !decays_to_the_end(c) || c.train.max_tokens > 0; }},
      {{"schedule.unit", "schedule.warmup_steps", "schedule.decay_start_steps"},
       "schedule.unit = \"tokens\" with inverse_sqrt needs schedule.warmup_steps or schedule.decay_start_steps over 0",
       [](const Config& c) {
         return !counts_tokens(c) || c.schedule.name != ScheduleName::kInverseSqrt ||
                std::max(c.schedule.warmup_steps, c.schedule.decay_start_steps) > 0;
       }},
      {{"schedule.warmup_steps", "train.max_steps", "train.max_tokens", "schedule.name", "schedule.unit"},
       "schedule.warmup_steps must be at most train.max_steps (by tokens: train.max_tokens) for linear and cosine",
       [](const Config& c) { return !decays_to_the_end(c) || c.schedule.warmup_steps <= schedule_end(c); }},
      {{"schedule.decay_start_steps", "train.max_steps", "train.max_tokens", "schedule.name", "schedule.unit"},
       "schedule.decay_start_steps must be at most train.max_steps (by tokens: train.max_tokens) for linear and cosine",
       [](const Config& c) { return !decays_to_the_end(c) || c.schedule.decay_start_steps <= schedule_end(c); }},
      {{"schedule.decay_start_steps", "schedule.warmup_steps"},
       "schedule.decay_start_steps must be -1 or at least schedule.warmup_steps",
       [](const Config& c) {
         return c.schedule.decay_start_steps == -1 || c.schedule.decay_start_steps >= c.schedule.warmup_steps;
       }},
      {{"schedule.epoch_decay_every", "schedule.epoch_decay_start"},
       "schedule.epoch_decay_every over 0 needs schedule.epoch_decay_start over 0",
       [](const Config& c) { return c.schedule.epoch_decay_every == 0 || c.schedule.epoch_decay_start > 0; }},
      {{"train.average_last", "train.keep_last"},
       "train.average_last must be at most train.keep_last",
       [](const Config& c) { return c.train.average_last <= c.train.keep_last; }},
      {{"train.spike_ratio", "train.history"},
       "train.spike_ratio over 0 needs train.history over 0, the updates to compare with",
       [](const Config& c) { return c.train.spike_ratio == 0 || c.train.history > 0; }},
      {{"decode.end_ids"},
       "decode.end_ids must be ids of tokens, separated by commas",
       [](const Config& c) { return parse_ids(c.decode.end_ids).has_value(); }},
      {{"decode.end_ids", "task"},
       "decode.end_ids is for causal_lm",
       [](const Config& c) { return c.decode.end_ids.empty() || is(c, TaskKind::kCausalLm); }},
      {{"decode.n_best", "decode.beam"},
       "decode.n_best must be at most decode.beam",
       [](const Config& c) { return c.decode.n_best <= c.decode.beam; }},
  };
  return list;
}

std::string values_text(const Rule& rule, Config config) {
  std::vector<std::string> values;
  const std::vector<Field> fields = fields_of(config);
  for (const std::string_view key : rule.keys)
    for (const Field& field : fields)
      if (field.key == key) values.push_back(fmt::format("{} = {}", key, value_text(field)));
  return fmt::format("{}", fmt::join(values, ", "));
}

}  // namespace

std::span<const Rule> rules() { return all_rules(); }

}  // namespace config

void validate(const Config& config) {
  for (const config::Rule& rule : config::rules())
    if (!rule.holds(config)) throw_error<UsageError>("{} ({})", rule.requirement, config::values_text(rule, config));
}

}  // namespace prenorm
