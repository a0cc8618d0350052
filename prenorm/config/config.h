// The configuration of a run: every section with its keys. Values, ranges and help are declared in the section headers.
#pragma once

#include <string>

#include "prenorm/config/data_config.h"
#include "prenorm/config/model_config.h"
#include "prenorm/config/optim_config.h"
#include "prenorm/config/runtime_config.h"
#include "prenorm/config/train_config.h"

namespace prenorm {

struct Config {
  DataConfig data;
  TokenizerConfig tokenizer;
  BatchConfig batch;
  ModelConfig model;
  OptimConfig optim;
  ScheduleConfig schedule;
  TrainConfig train;
  DecodeConfig decode;
  RuntimeConfig runtime;
};

template <class V>
void describe(V& v, Config& c) {
  v.section("data", c.data, "the text");
  v.section("tokenizer", c.tokenizer, "how text becomes tokens");
  v.section("batch", c.batch, "how sentences are put together");
  v.section("model", c.model, "the Transformer");
  v.section("optim", c.optim, "how weights are updated");
  v.section("schedule", c.schedule, "the learning rate over time");
  v.section("train", c.train, "the training loop");
  v.section("decode", c.decode, "how the model translates");
  v.section("runtime", c.runtime, "how the machine is used");
}

}  // namespace prenorm
