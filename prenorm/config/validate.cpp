#include "prenorm/config/validate.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>

#include "prenorm/base/error.h"
#include "prenorm/config/fields.h"

namespace prenorm {
namespace config {
namespace {

bool has_validation(const Config& c) { return !c.data.valid_source.empty(); }
bool decays_to_the_end(const Config& c) {
  return c.schedule.name == ScheduleName::kLinear || c.schedule.name == ScheduleName::kCosine;
}

const std::vector<Rule>& all_rules() {
  static const std::vector<Rule> list = {
      {{"data.train_source"},
       "data.train_source must name a file",
       [](const Config& c) { return !c.data.train_source.empty(); }},
      {{"data.train_target"},
       "data.train_target must name a file",
       [](const Config& c) { return !c.data.train_target.empty(); }},
      {{"data.valid_source", "data.valid_target"},
       "data.valid_source and data.valid_target must both be given or both be empty",
       [](const Config& c) { return c.data.valid_source.empty() == c.data.valid_target.empty(); }},
      {{"train.patience", "data.valid_source"},
       "train.patience over 0 needs validation text",
       [](const Config& c) { return c.train.patience == 0 || has_validation(c); }},
      {{"train.bleu_every", "data.valid_source"},
       "train.bleu_every over 0 needs validation text",
       [](const Config& c) { return c.train.bleu_every == 0 || has_validation(c); }},
      {{"train.best_metric", "train.bleu_every"},
       "train.best_metric = \"bleu\" needs train.bleu_every over 0",
       [](const Config& c) { return c.train.best_metric != BestMetric::kBleu || c.train.bleu_every > 0; }},
      {{"tokenizer.target_model", "tokenizer.joint"},
       "tokenizer.target_model is for tokenizer.joint = false; a joint vocabulary is tokenizer.source_model alone",
       [](const Config& c) { return !c.tokenizer.joint || c.tokenizer.target_model.empty(); }},
      {{"model.tied_embeddings", "tokenizer.joint"},
       "model.tied_embeddings = \"all\" needs tokenizer.joint = true",
       [](const Config& c) { return c.model.tied_embeddings != TiedEmbeddings::kAll || c.tokenizer.joint; }},
      {{"batch.max_tokens", "data.max_target_tokens"},
       "batch.max_tokens must be over data.max_target_tokens, so that the longest sentence and its end fit",
       [](const Config& c) { return c.batch.max_tokens > c.data.max_target_tokens; }},
      {{"model.d_model", "model.num_heads"},
       "model.d_model must be a multiple of model.num_heads",
       [](const Config& c) { return c.model.d_model % c.model.num_heads == 0; }},
      {{"model.d_model", "model.positions"},
       "model.d_model must be even for sinusoidal positions",
       [](const Config& c) { return c.model.positions != Positions::kSinusoidal || c.model.d_model % 2 == 0; }},
      {{"model.max_positions", "data.max_source_tokens", "data.max_target_tokens"},
       "model.max_positions must be over data.max_source_tokens and data.max_target_tokens for learned positions",
       [](const Config& c) {
         return c.model.positions != Positions::kLearned ||
                c.model.max_positions > std::max(c.data.max_source_tokens, c.data.max_target_tokens);
       }},
      {{"optim.momentum", "optim.name"},
       "optim.momentum is for optim.name = \"sgd\"; leave it at 0 for the others",
       [](const Config& c) { return c.optim.momentum == 0 || c.optim.name == OptimizerName::kSgd; }},
      {{"schedule.warmup_steps", "train.max_steps", "schedule.name"},
       "schedule.warmup_steps must be at most train.max_steps for linear and cosine",
       [](const Config& c) { return !decays_to_the_end(c) || c.schedule.warmup_steps <= c.train.max_steps; }},
      {{"schedule.decay_start_steps", "train.max_steps", "schedule.name"},
       "schedule.decay_start_steps must be at most train.max_steps for linear and cosine",
       [](const Config& c) { return !decays_to_the_end(c) || c.schedule.decay_start_steps <= c.train.max_steps; }},
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
