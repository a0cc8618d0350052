#include "prenorm/config/validate.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>

#include "prenorm/base/error.h"
#include "prenorm/config/load.h"
#include "prenorm/config/write.h"

namespace prenorm {
namespace {

constexpr std::string_view kValid = R"(
[data]
train_source = "a.en"
train_target = "a.de"
valid_source = "b.en"
valid_target = "b.de"
)";

std::string broken(const std::vector<std::string>& overrides) {
  const Config config = load_config_text(kValid, "run.toml", overrides).config;
  try {
    validate(config);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

struct Case {
  std::vector<std::string> overrides;
  std::string message;
};

const std::vector<Case>& broken_cases() {
  static const std::vector<Case> cases = {
      {{"data.train_source="}, "data.train_source must name a file (data.train_source = \"\")"},
      {{"data.train_target="}, "data.train_target must name a file"},
      {{"data.valid_target="},
       "both be given or both be empty (data.valid_source = \"b.en\", data.valid_target = \"\")"},
      {{"data.valid_source=", "data.valid_target=", "train.patience=3"}, "train.patience over 0 needs validation text"},
      {{"data.valid_source=", "data.valid_target=", "train.bleu_every=3"}, "train.bleu_every over 0 needs"},
      {{"train.best_metric=bleu"}, "train.best_metric = \"bleu\" needs train.bleu_every over 0"},
      {{"task=masked_lm"}, "data.train_text must name a file for masked_lm and causal_lm"},
      {{"task=classification"}, "data.train_table must name a file for classification"},
      {{"task=causal_lm", "data.train_text=a", "data.valid_text=b", "train.bleu_every=3"},
       "train.bleu_every over 0 is for translation"},
      {{"train.best_metric=score"}, "train.best_metric = \"score\" is for classification"},
      {{"masked_lm.mask_token_share=0.9", "masked_lm.random_token_share=0.2"}, "must add up to at most 1"},
      {{"task=masked_lm", "data.train_text=a", "masked_lm.next_sentence=true"}, "needs model.segments of 2 or more"},
      {{"task=masked_lm", "data.train_text=a", "model.encoder_layers=0"}, "model.encoder_layers must be at least 1"},
      {{"task=masked_lm", "data.train_text=a", "data.sequence_length=7"}, "data.sequence_length must be at least 8"},
      {{"task=causal_lm", "data.train_text=a", "batch.max_tokens=127"}, "must be at least data.sequence_length"},
      {{"task=causal_lm", "data.train_text=a", "model.positions=learned", "model.max_positions=64"},
       "model.max_positions must be at least data.sequence_length"},
      {{"decode.end_ids=3"}, "decode.end_ids is for causal_lm"},
      {{"task=causal_lm", "data.train_text=a", "decode.end_ids=\"3, x\""}, "decode.end_ids must be ids of tokens"},
      {{"train.pretrained=run"}, "train.pretrained is for masked_lm, classification and causal_lm"},
      {{"train.trainable=\"norm,\""}, "train.trainable must be words or patterns of parameter names"},
      {{"train.lora_targets=\"\""}, "train.lora_targets must be words or patterns of parameter names"},
      {{"tokenizer.target_model=de.model"}, "tokenizer.target_model is for tokenizer.joint = false"},
      {{"tokenizer.joint=false"}, "model.tied_embeddings = \"all\" needs tokenizer.joint = true"},
      {{"batch.max_tokens=256"}, "batch.max_tokens must be greater than data.max_target_tokens"},
      {{"model.d_model=250"}, "multiple of model.num_heads (model.d_model = 250, model.num_heads = 4)"},
      {{"model.d_model=255", "model.num_heads=5"}, "model.d_model must be even for sinusoidal positions"},
      {{"model.attention_skip=0", "model.attention_gain=0"}, "model.attention_gain must not both be 0"},
      {{"model.feed_forward_skip=0", "model.feed_forward_gain=0"}, "model.feed_forward_gain must not both be 0"},
      {{"model.positions=learned", "model.max_positions=256"}, "model.max_positions must be greater than"},
      {{"optim.momentum=0.9"}, "optim.momentum is for optim.name = \"sgd\""},
      {{"schedule.name=linear", "schedule.warmup_steps=10001"},
       "schedule.warmup_steps must be at most train.max_steps"},
      {{"schedule.name=cosine", "schedule.decay_start_steps=10001"}, "schedule.decay_start_steps must be at most"},
      {{"schedule.warmup_steps=100", "schedule.decay_start_steps=99"}, "at least schedule.warmup_steps"},
      {{"schedule.epoch_decay_every=2"},
       "schedule.epoch_decay_every over 0 needs schedule.epoch_decay_start over 0 (schedule.epoch_decay_every = 2, "
       "schedule.epoch_decay_start = 0)"},
      {{"batch.ramp_from=2", "batch.accumulate=2", "batch.ramp_tokens=100"},
       "batch.ramp_from must be less than batch.accumulate, which it grows to (batch.ramp_from = 2, batch.accumulate = "
       "2)"},
      {{"batch.follow=noise_scale", "batch.ramp_from=1", "batch.accumulate=2"},
       "batch.follow = \"noise_scale\" needs train.noise_scale"},
      {{"batch.follow=noise_scale", "train.noise_scale=norm"}, "needs batch.ramp_from over 0, the least number"},
      {{"batch.ramp_tokens=100"}, "batch.ramp_from and batch.ramp_tokens must both be over 0 or both be 0"},
      {{"schedule.unit=tokens", "schedule.name=cosine"},
       "schedule.unit = \"tokens\" needs train.max_tokens over 0 for linear and cosine"},
      {{"schedule.unit=tokens"},
       "schedule.unit = \"tokens\" with inverse_sqrt needs schedule.warmup_steps or schedule.decay_start_steps over 0"},
      {{"train.spike_ratio=10", "train.history=0"}, "train.spike_ratio over 0 needs train.history over 0"},
      {{"train.average_last=4"}, "train.average_last must be at most train.keep_last"},
      {{"decode.n_best=6"}, "decode.n_best must be at most decode.beam (decode.n_best = 6, decode.beam = 5)"},
  };
  return cases;
}

TEST(Validate, DefaultsWithTextHoldEveryRule) {
  EXPECT_EQ(broken({}), "");
  EXPECT_EQ(broken({"data.valid_source=", "data.valid_target="}), "");
}

TEST(Validate, EachRuleHasACaseThatBreaksItAlone) {
  std::set<std::string_view> seen;
  for (const Case& test : broken_cases()) {
    EXPECT_NE(broken(test.overrides).find(test.message), std::string::npos)
        << broken(test.overrides) << "\nwas to have: " << test.message;
    const Config config = load_config_text(kValid, "run.toml", test.overrides).config;
    for (const config::Rule& rule : config::rules())
      EXPECT_TRUE(rule.holds(config) || seen.insert(rule.requirement).second) << rule.requirement;
  }
  EXPECT_EQ(seen.size(), config::rules().size());
}

TEST(Validate, TheEdgesHold) {
  for (const std::vector<std::string>& overrides : std::vector<std::vector<std::string>>{
           {"batch.max_tokens=257"},
           {"model.d_model=255", "model.num_heads=5", "model.positions=learned"},
           {"model.positions=learned", "model.max_positions=257"},
           {"tokenizer.joint=false", "model.tied_embeddings=target", "tokenizer.target_model=de.model"},
           {"optim.momentum=0.9", "optim.name=sgd"},
           {"schedule.name=linear", "schedule.warmup_steps=10000", "schedule.decay_start_steps=10000"},
           {"schedule.warmup_steps=20000"},
           {"batch.ramp_from=1", "batch.accumulate=2", "batch.ramp_tokens=1"},
           {"batch.follow=noise_scale", "train.noise_scale=norm", "batch.ramp_from=1", "batch.accumulate=2"},
           {"schedule.unit=tokens", "schedule.decay_start_steps=1"},
           {"schedule.unit=tokens", "schedule.name=constant"},
           {"schedule.unit=tokens", "schedule.name=linear", "train.max_tokens=50000", "schedule.warmup_steps=50000"},
           {"train.average_last=3"},
           {"train.best_metric=bleu", "train.bleu_every=1"},
           {"decode.n_best=5"}})
    EXPECT_EQ(broken(overrides), "") << overrides.front();
}

TEST(Validate, RulesNameKeysThatExist) {
  std::set<std::string> known;
  for (const KeyInfo& key : all_keys()) known.insert(key.key);
  for (const config::Rule& rule : config::rules())
    for (const std::string_view key : rule.keys) EXPECT_TRUE(known.contains(std::string(key))) << key;
}

}  // namespace
}  // namespace prenorm
