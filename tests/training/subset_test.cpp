// Runs that train a part of their model.
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "prenorm/app/load_model.h"
#include "prenorm/app/replay_run.h"
#include "prenorm/app/trained_task.h"
#include "prenorm/base/error.h"
#include "prenorm/huggingface/export.h"
#include "prenorm/optim/optimizer.h"
#include "prenorm/runs/checkpoint.h"
#include "prenorm/updates/updater.h"
#include "training/trainer_fixture.h"

namespace prenorm::training {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

using Tensors = std::map<std::string, at::Tensor>;

class Subset : public TrainerTest {
 protected:
  static Config config_of(const std::string& trainable, std::int64_t lora_rank = 0) {
    Config config = text_->config();
    config.train.trainable = trainable;
    config.train.lora_rank = lora_rank;
    config.train.observe_every = 4;
    return config;
  }
  static fs::path train(const Config& config, const std::string& name = "run") {
    run(config, name);
    return path(name);
  }
  static Tensors weights_of(const fs::path& run, const std::string& which = "last") {
    return runs::read_weights(run / which).tensors;
  }
  static Tensors values_of(const nn::Parameters& parameters) {
    Tensors values;
    for (const nn::Parameter& p : parameters.list()) values.emplace(p.name, p.value.detach().clone());
    return values;
  }
  static void expect_equal(const Tensors& a, const Tensors& b) {
    ASSERT_EQ(a.size(), b.size());
    for (const auto& [name, tensor] : a) EXPECT_TRUE(tensor.equal(b.at(name))) << name;
  }
  static void expect_resumes(const Config& config, const std::string& trainable) {
    SCOPED_TRACE(trainable);
    const fs::path whole = train(config, "run-whole");
    Config part = config;
    part.train.max_steps = 7;
    train(part, "run-stopped");
    app::train(config, runs::RunFolder(path("run-stopped")), app::Start::kResume);
    EXPECT_EQ(test::record_of(path("run-stopped")), test::record_of(whole));
  }
  static std::string error_of(const std::function<void()>& action) {
    try {
      action();
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }
};

TEST_F(Subset, LeavesTheOtherWeightsUntouched) {
  for (const std::string trainable : {"norm", "bias", "encoder.*", "*.down.weight, decoder.norm.*"}) {
    SCOPED_TRACE(trainable);
    const Config config = config_of(trainable);
    const auto task = task_of(config);
    const Tensors before = values_of(task->parameters()), after = weights_of(train(config));
    ASSERT_EQ(before.size(), after.size());
    for (const nn::Parameter& p : task->parameters().list())
      EXPECT_EQ(after.at(p.name).equal(before.at(p.name)), !p.trains()) << p.name;
    TearDown();
  }
}

// Plain SGD moves each weight along its own gradient alone, so a full update whose frozen gradients are set to zero is
// the same update.
TEST_F(Subset, HasTheBitsOfAFullRunWithoutTheOtherGradients) {
  for (const std::string trainable : {"norm", "encoder.*", "*.up.*, embedding.weight"}) {
    SCOPED_TRACE(trainable);
    Config part = config_of(trainable), full = config_of("all");
    for (Config* c : {&part, &full}) {
      c->optim.name = OptimizerName::kSgd;
      c->optim.lr = 0.1;
      c->optim.clip_norm = 0;  // the norm of all gradients is another
    }
    const auto of_part = task_of(part), of_full = task_of(full);
    updates::Updater some(part, *of_part), all(full, *of_full);
    runs::TrainerState state_of_part, state_of_full;
    for (int step = 0; step < 5; ++step) {
      some.apply(some.compute(state_of_part), /*measure=*/step % 2 == 0);
      const updates::Update update = all.compute(state_of_full);
      for (const nn::Parameter& p : of_part->parameters().list())
        if (!p.trains()) of_full->parameters().at(p.name).grad().zero_();
      all.apply(update, /*measure=*/false);
      state_of_part.step = state_of_full.step = step + 1;
    }
    expect_equal(values_of(of_part->parameters()), values_of(of_full->parameters()));
  }
}

TEST_F(Subset, ResumesToTheBit) {
  for (const std::string trainable : {"norm", "bias", "decoder.*"}) {
    Config config = config_of(trainable);
    config.train.keep_last = config.train.average_last = 2;
    expect_resumes(config, trainable);
    TearDown();
  }
  Config adapters = config_of("all", 3);
  adapters.train.lora_targets = "qkv, *.up.weight";
  expect_resumes(adapters, "adapters");
}

TEST_F(Subset, IsTheSameForGlobsAndForTheWord) {
  Config globs = config_of("*norm.weight,  *norm.bias"), word = config_of("norm");
  expect_equal(weights_of(train(globs, "run-a")), weights_of(train(word, "run-b")));
}

TEST_F(Subset, AccumulatedBatchesAndWorkersSumTheSameGradients) {
  for (const std::int64_t workers : {1, 2}) {
    Config config = config_of("norm"), all = config_of("all");
    for (Config* c : {&config, &all}) {
      c->batch.accumulate = 3;
      c->runtime.threads = c->runtime.workers = workers;
    }
    const auto part = task_of(config), whole = task_of(all);
    updates::Updater some(config, *part), every(all, *whole);
    runs::TrainerState a, b;
    EXPECT_EQ(some.workers(), every.workers());
    const double norm_of_part = some.compute(a).grad_norm, norm_of_whole = every.compute(b).grad_norm;
    for (const nn::Parameter& p : part->parameters().trained())
      EXPECT_TRUE(p.value.grad().equal(whole->parameters().at(p.name).grad())) << p.name;
    EXPECT_LT(norm_of_part, norm_of_whole);
    EXPECT_GT(norm_of_part, 0);
  }
}

TEST_F(Subset, HasNoOptimizerStateForFrozenWeights) {
  const Config config = config_of("norm");
  const auto task = task_of(config);
  const updates::Updater updater(config, *task);
  for (const auto& [name, buffer] : updater.optimizer().state())
    EXPECT_EQ(buffer.numel(), task->parameters().trained_count()) << name;
  EXPECT_EQ(task->parameters().gradients().numel(), task->parameters().trained_count());
  EXPECT_LT(task->parameters().trained_count() * 10, task->parameters().count());
}

TEST_F(Subset, ACheckpointHasOnlyWhatTrains) {
  const Config config = config_of("norm", 2);
  const fs::path run = train(config);
  const auto task = task_of(config);
  const Tensors stored = io::read_safetensors(run / "last/model.safetensors").tensors,
                frozen = io::read_safetensors(run / "checkpoints/frozen.safetensors").tensors;
  for (const nn::Parameter& p : task->parameters().list()) {
    EXPECT_EQ(stored.contains(p.name), p.trains()) << p.name;
    EXPECT_EQ(frozen.contains(p.name), !p.trains()) << p.name;
  }
  EXPECT_EQ(weights_of(run).size(), values_of(task_of(config_of("all"))->parameters()).size());
}

TEST_F(Subset, ACheckpointNeedsTheFrozenWeightsOfItsRun) {
  const fs::path run = train(config_of("norm")), frozen = run / "checkpoints/frozen.safetensors";
  const auto load = [&] { app::load_translator(runs::RunFolder(run), "last"); };
  fs::rename(frozen, run / "kept");
  EXPECT_THAT(error_of(load), AllOf(HasSubstr("frozen.safetensors: is missing"), HasSubstr("000012")));
  Config other = config_of("norm");
  other.train.seed = 2;
  const fs::path another = train(other, "run-other");
  fs::copy(another / "checkpoints/frozen.safetensors", frozen);
  EXPECT_THAT(error_of(load), HasSubstr("is damaged or of another run"));
  fs::remove(frozen);
  write_file_atomically(frozen, "no tensors");
  EXPECT_NE(error_of(load), "no error");
  fs::remove(frozen);
  fs::rename(run / "kept", frozen);
  EXPECT_NO_THROW(load());
}

TEST_F(Subset, AnAverageIsOfWhatTrains) {
  Config config = config_of("norm");
  config.train.keep_last = config.train.average_last = 2;
  const fs::path run = train(config);
  const Tensors a = weights_of(run / "checkpoints", "000010"), b = weights_of(run / "checkpoints", "000012"),
                mean = weights_of(run / "checkpoints", "average");
  ASSERT_EQ(mean.size(), a.size());
  for (const auto& [name, tensor] : mean) {
    const at::Tensor expected = ((a.at(name).to(at::kDouble) + b.at(name).to(at::kDouble)) / 2).to(at::kFloat);
    EXPECT_TRUE(tensor.equal(expected)) << name;
  }
}

TEST_F(Subset, ALoadedModelHasItsAdaptersInItsMatrices) {
  Config config = config_of("norm", 3);
  config.train.lora_targets = "qkv, *.down.weight";
  config.train.lora_alpha = 6;
  config.optim.lr = 0.02;
  const fs::path run = train(config);
  const auto task = task_of(config);
  const at::NoGradGuard no_grad;
  runs::load_weights(run / "last", task->parameters());
  const app::LoadedTranslator loaded = app::load_translator(runs::RunFolder(run), "last");
  const batches::Batch batch = task->batch(0, 0);
  const at::Tensor with_adapters = task->model().logits(batch, {}), merged = loaded.model->logits(batch, {});
  EXPECT_LT((with_adapters - merged).abs().max().item<double>(), 1e-4);
  const auto initial = task_of(config_of("all"));
  const std::string name = "encoder.layers.0.feed_forward.down.weight";
  EXPECT_GT((loaded.model->parameters().at(name) - initial->parameters().at(name)).abs().max().item<double>(), 1e-3);
  const app::TrainedTask trained = app::trained_task(runs::RunFolder(run), "last");
  expect_equal(values_of(trained.task->parameters()), values_of(loaded.model->parameters()));
  EXPECT_TRUE(trained.task->parameters().all_train());
}

TEST_F(Subset, IsRecordedForTheTensorsThatTrain) {
  const Config config = config_of("norm");
  const fs::path run = train(config);
  const auto task = task_of(config);
  std::vector<std::string> names;
  for (const nn::Parameter& p : task->parameters().trained()) names.push_back(p.name);
  const auto lines = test::metrics_of(run, "observation");
  ASSERT_FALSE(lines.empty());
  for (const char* key : {"grad_norm_l2_by_parameter", "weight_norm_l2_by_parameter", "update_ratio_by_parameter"})
    EXPECT_EQ(lines[0][key].size(), names.size());
  EXPECT_EQ(runs::load_state(run / "last").history.parameters, names);
  const diagnosis::Replay replay = app::replay_run(runs::RunFolder(run), 7);
  EXPECT_EQ(replay.tensors.size(), names.size());
  EXPECT_EQ(replay.parameters.size(), names.size());
}

TEST_F(Subset, CannotChangeInAResumedRun) {
  Config config = config_of("norm");
  config.train.max_steps = 5;
  train(config);
  config.train.max_steps = 9;
  for (Config other : {config_of("bias"), config_of("norm", 2)}) {
    other.train.max_steps = 9;
    EXPECT_THAT(error_of([&] { app::train(other, runs::RunFolder(path()), app::Start::kResume); }),
                HasSubstr("cannot resume with train."));
  }
}

// A process that is killed before its first checkpoint leaves the file alone behind.
TEST_F(Subset, FrozenWeightsOfARunThatNeverWasAreReplaced) {
  const Config config = config_of("norm");
  const fs::path run = train(config);
  for (const std::string& name : test::names_in(run / "checkpoints"))
    if (name != "frozen.safetensors") fs::remove_all(run / "checkpoints" / name);
  write_file_atomically(run / "checkpoints/frozen.safetensors", "of other weights");
  app::train(config, runs::RunFolder(run), app::Start::kResume);
  expect_equal(weights_of(run), weights_of(train(config, "run-again")));
}

}  // namespace
}  // namespace prenorm::training
