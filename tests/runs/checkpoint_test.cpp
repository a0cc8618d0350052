// Whole or not at all, and nothing of a damaged one is used.
#include "prenorm/runs/checkpoint.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/zeros_like.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <functional>

#include "files/temporary_folder.h"
#include "prenorm/base/error.h"
#include "prenorm/base/random.h"
#include "prenorm/files/file.h"
#include "prenorm/io/safetensors.h"
#include "prenorm/runs/copy_checkpoint.h"
#include "random_tensor.h"

namespace prenorm::runs {
namespace {

namespace fs = std::filesystem;
using prenorm::testing::random_tensor;
using test::TemporaryFolder;
using ::testing::HasSubstr;

// Three parameters and their optimizer, filled from a key.
struct Model {
  explicit Model(std::uint64_t key, std::int64_t width = 3, OptimizerName name = OptimizerName::kAdam)
      : parameters(make(width)), optimizer({.name = name}, parameters.values(), parameters.gradients()) {
    parameters.values().copy_(random_tensor({parameters.count()}, key, at::kFloat));
    for (auto& [buffer_name, buffer] : optimizer.state())
      buffer.copy_(random_tensor({parameters.count()}, key + 100, at::kFloat));
  }
  static nn::Parameters make(std::int64_t width) {
    nn::Parameters p(1);
    p.add("a", {4, width}, nn::normal(1));
    p.add("b", {width}, nn::normal(1));
    p.add("c", {2, 2}, nn::normal(1));
    p.complete();
    return p;
  }
  bool operator==(const Model& other) const {
    const auto mine = optimizer.state(), theirs = other.optimizer.state();
    for (std::size_t i = 0; i < mine.size(); ++i)
      if (!mine[i].second.equal(theirs[i].second)) return false;
    return parameters.values().equal(other.parameters.values()) && optimizer.updates() == other.optimizer.updates();
  }

  nn::Parameters parameters;
  optim::Optimizer optimizer;
};

runs::TrainerState sample_state() {
  runs::TrainerState state;
  state.step = 12;
  state.epoch = 3;
  state.batch = 7;
  state.target_tokens = 12345;
  state.seconds = 0.1;
  state.best_value = 1.0 / 3;
  state.best_step = 8;
  state.validations_without_improvement = 2;
  state.window = {1e-30, 2.5, 17, 18, 0.3};
  state.data = "train-0123";
  state.on_schedule = false;
  return state;
}

std::string error_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), 1);
    return error.what();
  }
  return "no error";
}

// Without the syncs that make write_file_atomically() slow.
void overwrite(const fs::path& path, const std::string& content) { std::ofstream(path, std::ios::binary) << content; }

class Checkpoint : public ::testing::Test {
 protected:
  Checkpoint() { saved_.optimizer.set_updates(12); }
  void save(const Model& model) { save_checkpoint(path_, model.parameters, model.optimizer, sample_state()); }
  runs::TrainerState load(Model& model) { return load_checkpoint(path_, model.parameters, model.optimizer); }

  const TemporaryFolder folder_;
  const fs::path path_ = folder_ / "000012";
  Model saved_{1};
};

TEST_F(Checkpoint, GivesBackWhatWasSavedToTheBit) {
  save(saved_);
  Model model(2);
  const runs::TrainerState state = load(model);
  EXPECT_TRUE(model == saved_);
  EXPECT_EQ(nlohmann::json(state), nlohmann::json(sample_state()));
  EXPECT_EQ(folder_.names(), std::vector<std::string>{"000012"});
  Model weights(3);
  load_weights(path_, weights.parameters);
  EXPECT_TRUE(weights.parameters.values().equal(saved_.parameters.values()));
  EXPECT_FALSE(is_on_schedule(path_));
}

TEST_F(Checkpoint, ACopyHasTheSameBitsAndTheChangedState) {
  save(saved_);
  const fs::path copy = folder_ / "copy";
  copy_checkpoint(path_, copy, [](runs::TrainerState& state) { state.epoch = 9; });
  Model model(2);
  const runs::TrainerState state = load_checkpoint(copy, model.parameters, model.optimizer);
  EXPECT_TRUE(model == saved_);
  runs::TrainerState expected = sample_state();
  expected.epoch = 9;
  EXPECT_EQ(nlohmann::json(state), nlohmann::json(expected));
  EXPECT_EQ(load_state(path_).epoch, 3) << "the original is as it was";
}

TEST_F(Checkpoint, OnlyAWholeCheckpointWithAnOptimizerIsCopied) {
  const auto copy = [&] { copy_checkpoint(path_, folder_ / "copy", [](runs::TrainerState&) {}); };
  save_weights(path_, saved_.parameters, {{"origin", "a test"}});
  EXPECT_THROW(copy(), UsageError);
  fs::remove_all(path_);
  save(saved_);
  std::string bytes = read_file(path_ / "optimizer.safetensors");
  bytes.back() ^= 1;
  overwrite(path_ / "optimizer.safetensors", bytes);
  EXPECT_THAT(error_of(copy), HasSubstr("the checkpoint is damaged"));
  EXPECT_EQ(folder_.names(), std::vector<std::string>{"000012"});
}

TEST_F(Checkpoint, ReplacesAnOlderOne) {
  save(Model(7));
  save(saved_);
  Model model(2);
  load(model);
  EXPECT_TRUE(model == saved_);
  EXPECT_EQ(folder_.names(), std::vector<std::string>{"000012"});
}

// Any flipped bit is noticed, or it is in the white space of trainer.json and changes nothing.
TEST_F(Checkpoint, AFlippedBitIsNoticed) {
  save(saved_);
  const Model untouched(2);
  RandomStream random(5);
  for (const std::string name : {"model.safetensors", "optimizer.safetensors", "trainer.json"}) {
    const std::string good = read_file(path_ / name);
    int noticed = 0;
    for (int trial = 0; trial < 150; ++trial) {
      std::string bad = good;
      bad[random.below(bad.size())] ^= static_cast<char>(1U << random.below(8));
      overwrite(path_ / name, bad);
      Model model(2);
      try {
        const runs::TrainerState state = load(model);
        EXPECT_EQ(nlohmann::json(state), nlohmann::json(sample_state())) << bad;
        EXPECT_EQ(name, "trainer.json");
      } catch (const CheckpointError& error) {
        ++noticed;
        EXPECT_THAT(error.what(), HasSubstr((path_ / name).string()));
        EXPECT_TRUE(model == untouched) << "a part of it was used";
      }
    }
    EXPECT_GE(noticed, name == "trainer.json" ? 75 : 150) << name;
    overwrite(path_ / name, good);
  }
}

TEST_F(Checkpoint, ATruncatedOrMissingFileIsNoticed) {
  save(saved_);
  const Model untouched(2);
  for (const std::string name : {"model.safetensors", "optimizer.safetensors", "trainer.json"}) {
    const std::string good = read_file(path_ / name);
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{9}, good.size() / 2, good.size() - 2}) {
      overwrite(path_ / name, good.substr(0, size));
      Model model(2);
      EXPECT_THAT(error_of([&] { load(model); }), HasSubstr((path_ / name).string() + ": the checkpoint is damaged"));
      EXPECT_TRUE(model == untouched);
    }
    fs::remove(path_ / name);
    Model model(2);
    EXPECT_THAT(error_of([&] { load(model); }), HasSubstr((path_ / name).string() + ": cannot be opened"));
    overwrite(path_ / name, good);
  }
}

TEST_F(Checkpoint, OfAnotherArchitectureNamesTheTensor) {
  save(saved_);
  Model wider(2, 5);
  EXPECT_THAT(
      error_of([&] { load(wider); }),
      HasSubstr("model.safetensors: the checkpoint belongs to another architecture: tensor a is [4, 3] there and [4, "
                "5] here"));
  nn::Parameters more(1), fewer(1);
  for (nn::Parameters* p : {&more, &fewer}) {
    p->add("a", {4, 3}, nn::normal(1));
    p->add("b", {3}, nn::normal(1));
  }
  more.add("c", {2, 2}, nn::normal(1));
  more.add("d", {1}, nn::normal(1));
  more.complete();
  fewer.complete();
  EXPECT_THAT(error_of([&] { load_weights(path_, more); }), HasSubstr("it has no tensor d"));
  EXPECT_THAT(error_of([&] { load_weights(path_, fewer); }), HasSubstr("this model has no tensor c"));
  Model sgd(2, 3, OptimizerName::kSgd);
  EXPECT_THAT(error_of([&] { load(sgd); }), HasSubstr("optimizer.safetensors: tensor momentum is missing"));
}

TEST_F(Checkpoint, AverageIsTheMean) {
  const Model models[] = {Model(1), Model(2), Model(3)};
  std::vector<fs::path> paths;
  at::Tensor mean = at::zeros_like(models[0].parameters.values(), at::kDouble);
  for (const Model& model : models) {
    paths.push_back(folder_ / std::to_string(paths.size()));
    save_checkpoint(paths.back(), model.parameters, model.optimizer, sample_state());
    mean += model.parameters.values().to(at::kDouble) / 3;
  }
  Model model(9);
  average_checkpoints(folder_ / "average", paths, model.parameters);
  EXPECT_LE((model.parameters.values() - mean).abs().max().item<double>(), 6e-8);
  Model loaded(8);
  load_weights(folder_ / "average", loaded.parameters);
  EXPECT_TRUE(loaded.parameters.values().equal(model.parameters.values()));
  average_checkpoints(folder_ / "average", {paths.data(), 1}, model.parameters);
  EXPECT_TRUE(model.parameters.values().equal(models[0].parameters.values())) << "the mean of one is that one";
}

// As on a full disk: writing fails after some bytes, in each of the files.
TEST_F(Checkpoint, AFullDiskLeavesTheOlderOne) {
  const Model old(7);
  save(old);
  const std::uintmax_t state_size = fs::file_size(path_ / "trainer.json");
  for (const std::uintmax_t limit :
       {std::uintmax_t{10}, fs::file_size(path_ / "model.safetensors") + 10, state_size / 2}) {
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{limit, before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
    const std::string error = error_of([&] { save(saved_); });
    ::setrlimit(RLIMIT_FSIZE, &before);
    EXPECT_THAT(error, HasSubstr("cannot be written: File too large")) << limit;
    EXPECT_EQ(folder_.names(), std::vector<std::string>{"000012"});
    Model model(2);
    load(model);
    EXPECT_TRUE(model.parameters.values().equal(old.parameters.values()));
  }
}

}  // namespace
}  // namespace prenorm::runs
