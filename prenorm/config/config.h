// The configuration of a run: every section with its keys. Values, ranges and help are declared in the section headers.
#pragma once

#include <string>

#include "prenorm/config/data_config.h"
#include "prenorm/config/model_config.h"
#include "prenorm/config/optim_config.h"
#include "prenorm/config/runtime_config.h"
#include "prenorm/config/stacks.h"
#include "prenorm/config/task_config.h"
#include "prenorm/config/train_config.h"

namespace prenorm {

struct Config {
  TaskKind task = TaskKind::kTranslation;
  DataConfig data;
  TokenizerConfig tokenizer;
  BatchConfig batch;
  MaskedLmConfig masked_lm;
  ModelConfig model;
  OptimConfig optim;
  ScheduleConfig schedule;
  TrainConfig train;
  DecodeConfig decode;
  RuntimeConfig runtime;
};

// The file that the task trains on and the one that it validates on: source side, text or table.
inline const std::string& train_file(const Config& c) {
  if (c.task == TaskKind::kTranslation) return c.data.train_source;
  return c.task == TaskKind::kClassification ? c.data.train_table : c.data.train_text;
}
inline const std::string& valid_file(const Config& c) {
  if (c.task == TaskKind::kTranslation) return c.data.valid_source;
  return c.task == TaskKind::kClassification ? c.data.valid_table : c.data.valid_text;
}

// The model with only the stacks that the task uses: BERT has no decoder, a causal language model no encoder.
inline ModelConfig model_of_task(const Config& c) {
  switch (c.task) {
    case TaskKind::kTranslation: break;
    case TaskKind::kCausalLm: return alone(Stack::kDecoder, c.model);
    case TaskKind::kMaskedLm:
    case TaskKind::kClassification: return alone(Stack::kEncoder, c.model);
  }
  return c.model;
}

template <class V>
void describe(V& v, Config& c) {
  v.field("task", c.task, "what to learn: translation, masked_lm (BERT), classification (GLUE) or causal_lm (GPT)");
  v.section("data", c.data, "the text");
  v.section("tokenizer", c.tokenizer, "how text becomes tokens");
  v.section("batch", c.batch, "how sentences form batches");
  v.section("masked_lm", c.masked_lm, "which tokens are hidden, for task = \"masked_lm\"");
  v.section("model", c.model, "the Transformer");
  v.section("optim", c.optim, "how weights are updated");
  v.section("schedule", c.schedule, "the learning rate over time");
  v.section("train", c.train, "the training loop");
  v.section("decode", c.decode, "how the model translates, and where a generated text ends");
  v.section("runtime", c.runtime, "how the machine is used");
}

}  // namespace prenorm
