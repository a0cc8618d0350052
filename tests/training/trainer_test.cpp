// The training loop: accumulation, clipping, logs, limits, and which checkpoints are kept.
#include "prenorm/training/trainer.h"

#include <ATen/TensorOperators.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <limits>
#include <map>
#include <set>

#include "prenorm/app/setup.h"
#include "prenorm/app/train.h"
#include "prenorm/base/error.h"
#include "prenorm/io/safetensors.h"
#include "prenorm/machine/terminal.h"
#include "prenorm/optim/gradient_norm.h"
#include "prenorm/optim/schedule.h"
#include "prenorm/tasks/translation_task.h"
#include "training/trainer_fixture.h"

namespace prenorm::training {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

// One update of plain gradient descent at rate 1 moves the weights by the gradient.
Config one_step(Config config) {
  config.optim.name = OptimizerName::kSgd;
  config.optim.lr = 1;
  config.schedule.name = ScheduleName::kConstant;
  config.model.dropout = 0;
  config.data.valid_source = config.data.valid_target = "";
  config.train.max_steps = 1;
  config.batch.max_tokens = 1'000'000;
  return config;
}

TEST_F(TrainerTest, SmallBatchesAccumulatedAreOneLargeBatch) {
  const Config large = one_step(text_->config());
  Config small = large;
  small.batch.max_sentences = 40;
  small.batch.accumulate = 5;
  auto task = task_of(small);
  ASSERT_EQ(task_of(large)->batches_in_epoch(0), 1);
  ASSERT_EQ(task->batches_in_epoch(0), 5);
  const at::Tensor before = task->parameters().values().clone();
  // The expected result if each batch had the same weight.
  at::Tensor unweighted = at::zeros_like(before);
  std::int64_t fewest = 1 << 30, most = 0;
  for (std::int64_t i = 0; i < 5; ++i) {
    task->parameters().gradients().zero_();
    const updates::BatchTotals loss =
        updates::ShareWorkers(*task, small.runtime).add_gradients(0, i, {.training = true});
    unweighted += task->parameters().gradients() / static_cast<double>(5 * loss.target_tokens);
    fewest = std::min(fewest, loss.target_tokens);
    most = std::max(most, loss.target_tokens);
  }
  ASSERT_GT(most, 3 * fewest);

  run(large, "run1");
  run(small, "run2");
  const at::Tensor of_large = before - weights(*task, path("run1") / "last"),
                   of_small = before - weights(*task, path("run2") / "last");
  EXPECT_LT(norm(of_small - of_large), 2e-6 * norm(of_large));
  EXPECT_GT(norm(unweighted - of_large), 1e-2 * norm(of_large)) << "the test could not tell the two";
  const auto a = test::metrics_of(path("run1"), "update"), b = test::metrics_of(path("run2"), "update");
  ASSERT_EQ(a.size(), 1U);
  EXPECT_NEAR(a[0]["loss_nats_per_token"], b[0]["loss_nats_per_token"], 1e-6);
  EXPECT_EQ(a[0]["target_tokens"], b[0]["target_tokens"]);
}

TEST_F(TrainerTest, ClippingScalesTheGradientAndLogsItsNormBefore) {
  Config config = one_step(text_->config());
  auto task = task_of(config);
  const at::Tensor before = task->parameters().values().clone();
  run(config, "run1");
  const double full = test::metrics_of(path("run1"), "update").at(0)["grad_norm_l2_preclip"];
  const at::Tensor gradient = before - weights(*task, path("run1") / "last");
  EXPECT_NEAR(norm(gradient), full, 1e-5 * full);
  config.optim.clip_norm = full / 7;
  run(config, "run2");
  EXPECT_DOUBLE_EQ(test::metrics_of(path("run2"), "update").at(0)["grad_norm_l2_preclip"], full);
  const at::Tensor clipped = before - weights(*task, path("run2") / "last");
  EXPECT_NEAR(norm(clipped), full / 7, 1e-5 * full);
  EXPECT_LT(norm(7 * clipped - gradient), 1e-5 * full);
  config.optim.clip_norm = full * 1.01;
  run(config, "run3");
  EXPECT_TRUE(weights(*task, path("run3") / "last").equal(weights(*task, path("run1") / "last"))) << "not over it";
}

TEST_F(TrainerTest, TheFirstGradientIsLoggedByParameter) {
  Config config = text_->config();
  config.train.max_steps = 5;
  run(config);
  const auto lines = test::metrics_of(path(), "observation");
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0]["step"], 1);
  const auto norms = lines[0]["grad_norm_l2_by_parameter"].get<std::map<std::string, double>>();
  auto task = task_of(config);
  ASSERT_EQ(norms.size(), task->parameters().list().size());
  double sum = 0;
  for (const nn::Parameter& p : task->parameters().list()) {
    ASSERT_TRUE(norms.contains(p.name)) << p.name;
    EXPECT_TRUE(norms.at(p.name) > 0 || p.name.ends_with("bias")) << p.name;
    sum += norms.at(p.name) * norms.at(p.name);
  }
  const double total = test::metrics_of(path(), "update").at(0)["grad_norm_l2_preclip"];
  EXPECT_NEAR(std::sqrt(sum), total, 1e-9 * total);
}

// Observing reads and changes nothing: the bits are the same with and without it.
TEST_F(TrainerTest, ObservationsAreLoggedAndChangeNoNumber) {
  Config config = text_->config();
  config.runtime.threads = config.runtime.workers = 2;
  config.train.observe_every = 0;
  run(config, "without");
  config.train.observe_every = 3;
  run(config, "with");
  EXPECT_TRUE(test::metrics_of(path("without"), "observation").empty());
  const auto lines = test::metrics_of(path("with"), "observation");
  std::vector<int> steps;
  for (const auto& line : lines) steps.push_back(line["step"]);
  EXPECT_EQ(steps, (std::vector<int>{1, 3, 6, 9, 12}));
  auto record = test::record_of(path("with")), plain = test::record_of(path("without"));
  for (auto* r : {&record, &plain}) r->erase("metrics");
  EXPECT_EQ(record, plain);
  EXPECT_EQ(test::metrics_of(path("with"), "validation"), test::metrics_of(path("without"), "validation"));
  // A normalised stream has size 1 at the start. Points are in the order of computation.
  const auto sizes = lines[0]["rms_by_point"];
  EXPECT_TRUE(sizes.contains("source_positions"));
  EXPECT_GT(sizes["decoder.layers.0.cross_attention.branch"], 0);
  EXPECT_GT(sizes["decoder.layers.0.feed_forward.output"], sizes["target_positions"]);
  EXPECT_FALSE(sizes.contains("target_positions.index"));
  const auto cosines = lines[0]["mean_cosine_by_point"];
  EXPECT_EQ(cosines.size(), sizes.size());
  for (const auto& cosine : cosines) EXPECT_LE(std::abs(cosine.get<double>()), 1 + 1e-9);
}

TEST_F(TrainerTest, SameSeedSameBitsOtherSeedOthers) {
  Config config = text_->config();
  config.train.average_last = 2;
  run(config, "run1");
  run(config, "run2");
  EXPECT_EQ(test::record_of(path("run1")), test::record_of(path("run2")));
  ++config.train.seed;
  run(config, "run3");
  EXPECT_NE(test::record_of(path("run1"))["000012 file"], test::record_of(path("run3"))["000012 file"]);
}

TEST_F(TrainerTest, LogsAreMeansOverTheirUpdates) {
  Config config = text_->config();
  config.train.max_steps = 9;
  config.schedule.warmup_steps = 6;
  run(config, "run1");
  config.train.log_every = 1;
  run(config, "run2");
  const auto some = test::metrics_of(path("run1"), "update"), each = test::metrics_of(path("run2"), "update");
  ASSERT_EQ(each.size(), 9U);
  ASSERT_EQ(some.size(), 3U) << "updates 1, 4 and 8";
  double nats = 0, tokens = 0;
  for (const std::size_t i : {1U, 2U, 3U}) {
    const double n = each[i]["target_tokens"].get<double>() - each[i - 1]["target_tokens"].get<double>();
    nats += n * each[i]["loss_nats_per_token"].get<double>();
    tokens += n;
  }
  EXPECT_EQ(some[1]["step"], 4);
  EXPECT_NEAR(some[1]["loss_nats_per_token"], nats / tokens, 1e-9);
  EXPECT_EQ(some[1]["target_tokens"], each[3]["target_tokens"]);
  for (const auto& line : each) {
    EXPECT_NE(line["loss_nats_per_token"], line["nll_nats_per_token"]) << "label smoothing";
    EXPECT_DOUBLE_EQ(line["learning_rate"],
                     optim::learning_rate(config.schedule, config.optim.lr, config.train.max_steps, line["step"],
                                          line["epoch"].get<std::int64_t>() + 1));
  }
}

TEST_F(TrainerTest, StopsAfterMaxEpochs) {
  Config config = text_->config();
  config.train.max_steps = 1000;
  config.train.max_epochs = 2;
  const auto task = task_of(config);
  const runs::TrainingResult result = run(config);
  EXPECT_EQ(result.reason, runs::StopReason::kMaxEpochs);
  EXPECT_EQ(result.state.step, task->batches_in_epoch(0) + task->batches_in_epoch(1));
  const auto json = test::read_json(path() / "results.json");
  EXPECT_EQ(json["stopped_by"], "train.max_epochs");
  EXPECT_EQ(json["epochs"], 2);
}

TEST_F(TrainerTest, StopsWhenValidationsNoLongerImprove) {
  Config config = text_->config();
  config.optim.lr = 0.3;
  config.train.max_steps = 1000;
  config.train.valid_every = 2;
  config.train.patience = 3;
  const runs::TrainingResult result = run(config);
  EXPECT_EQ(result.reason, runs::StopReason::kPatience);
  std::vector<nlohmann::json> lines;
  for (const auto& line : test::metrics_of(path(), "validation"))
    if (!line.contains("at_end")) lines.push_back(line);
  ASSERT_GT(lines.size(), 3U);
  const nlohmann::json best = lines[lines.size() - 4];
  double lowest = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const double loss = lines[i]["loss_nats_per_token"];
    EXPECT_EQ(lines[i]["best_so_far"], loss < lowest);
    lowest = std::min(lowest, loss);
  }
  EXPECT_EQ(best["loss_nats_per_token"], lowest) << "three after the best one";
  EXPECT_EQ(result.state.best_step, best["step"]);
  EXPECT_EQ(fs::read_symlink(path() / "best"), fs::path("checkpoints") / fmt::format("{:06}", result.state.best_step));
  EXPECT_EQ(test::read_json(path() / "results.json")["stopped_by"], "train.patience");
}

TEST_F(TrainerTest, KeepsTheLastAndTheBest) {
  Config config = text_->config();
  // A rate that rises until it ruins the model. The best checkpoint comes early, at 4 to 16 with 5 seeds at 2 levels.
  config.optim.lr = 1;
  config.schedule.warmup_steps = 31;
  config.train.max_steps = 31;
  config.train.valid_every = 4;
  config.train.checkpoint_every = 3;
  config.train.keep_last = 2;
  config.train.average_last = 2;
  const runs::TrainingResult result = run(config);
  const std::string best = fmt::format("{:06}", result.state.best_step);
  ASSERT_LT(result.state.best_step, 25);
  EXPECT_EQ(test::names_in(path() / "checkpoints"), (std::vector<std::string>{best, "000030", "000031", "average"}));
  EXPECT_EQ(fs::read_symlink(path() / "last"), "checkpoints/000031");
  EXPECT_EQ(fs::read_symlink(path() / "best"), "checkpoints/" + best);
  auto task = task_of(config);
  const at::Tensor mean =
      (weights(*task, path() / "checkpoints/000030").to(at::kDouble) + weights(*task, path() / "last")) / 2;
  EXPECT_LT(norm(weights(*task, path() / "checkpoints/average") - mean), 1e-7 * norm(mean));
  EXPECT_EQ(test::read_json(path() / "checkpoints/average/trainer.json")["average_of"],
            (nlohmann::json{"000030", "000031"}));
}

TEST_F(TrainerTest, ResultsHoldTheFinalFigures) {
  Config config = text_->config();
  config.train.average_last = 2;
  const runs::TrainingResult result = run(config);
  const auto json = test::read_json(path() / "results.json");
  EXPECT_EQ(json["stopped_by"], "train.max_steps");
  EXPECT_EQ(json["updates"], 12);
  EXPECT_EQ(json["target_tokens"], test::metrics_of(path(), "update").back()["target_tokens"]);
  EXPECT_GT(json["training_seconds"], 0);
  for (const char* which : {"last", "average"}) {
    EXPECT_GE(json[which]["bleu"], 0);
    EXPECT_THAT(json[which]["bleu_signature"].get<std::string>(), HasSubstr("tok:13a"));
    EXPECT_EQ(json[which]["samples"].size(), 5U);
    EXPECT_GT(json[which]["loss_nats_per_token"], json[which]["nll_nats_per_token"]);
  }
  const auto last = test::metrics_of(path(), "validation").back();
  EXPECT_EQ(last["step"], 12);
  EXPECT_TRUE(last["at_end"]);
  EXPECT_EQ(last["loss_nats_per_token"], json["last"]["loss_nats_per_token"]);
  EXPECT_EQ(json["best_step"], 12) << "the loss still falls";
  EXPECT_EQ(fs::read_symlink(path() / "best"), "checkpoints/000012");
  EXPECT_EQ(result.last_validation->bleu, json["last"]["bleu"].get<double>());
}

TEST_F(TrainerTest, BestByBleu) {
  Config config = text_->config();
  config.train.max_steps = 10;
  config.train.best_metric = BestMetric::kBleu;
  config.train.bleu_every = 5;
  const runs::TrainingResult result = run(config);
  double highest = -1;
  std::int64_t best = 0;
  for (const auto& line : test::metrics_of(path(), "validation")) {
    ASSERT_TRUE(line.contains("bleu"));
    EXPECT_FALSE(line.contains("at_end")) << "update 10 has been translated by its own validation";
    if (line["bleu"].get<double>() > highest) best = line["step"];
    highest = std::max(highest, line["bleu"].get<double>());
  }
  EXPECT_EQ(result.state.best_step, best);
  EXPECT_EQ(result.state.best_value, highest);
}

TEST_F(TrainerTest, BleuComesWithTheValidationAfterItIsDue) {
  Config config = text_->config();
  config.train.max_steps = 20;
  config.train.valid_every = 3;
  config.train.bleu_every = 7;
  run(config);
  std::vector<std::int64_t> translated;
  for (const auto& line : test::metrics_of(path(), "validation"))
    if (line.contains("bleu")) translated.push_back(line["step"]);
  EXPECT_EQ(translated, (std::vector<std::int64_t>{9, 15, 20}));
}

TEST_F(TrainerTest, WithoutValidationText) {
  Config config = text_->config();
  config.data.valid_source = config.data.valid_target = "";
  config.train.max_steps = 3;
  const runs::TrainingResult result = run(config);
  EXPECT_FALSE(result.last_validation);
  EXPECT_FALSE(test::read_json(path() / "results.json").contains("last"));
  EXPECT_FALSE(fs::exists(path() / "best"));
  EXPECT_EQ(runs::RunFolder(path()).find_checkpoint(""), path() / "last");
}

TEST_F(TrainerTest, TheRateFallsWithTheEpoch) {
  Config config = text_->config();
  config.train.max_steps = 1000;
  config.train.max_epochs = 3;
  config.train.log_every = 1;
  config.schedule.name = ScheduleName::kConstant;
  config.schedule.epoch_decay_start = 2;
  config.schedule.epoch_decay_factor = 0.25;
  run(config);
  std::map<int, std::set<double>> rates;
  for (const auto& line : test::metrics_of(path(), "update"))
    rates[line["epoch"]].insert(line["learning_rate"].get<double>());
  const double lr = config.optim.lr;
  EXPECT_EQ(rates, (std::map<int, std::set<double>>{{0, {lr}}, {1, {lr / 4}}, {2, {lr / 4}}}));
}

TEST_F(TrainerTest, ResultsAreReadBack) {
  Config config = text_->config();
  config.train.average_last = 2;
  const runs::TrainingResult written = run(config), read = runs::read_results(path() / "results.json");
  EXPECT_EQ(to_json(read), to_json(written));
  const fs::path broken = path() / "broken.json";
  for (const char* text : {"", "{", "[]", "{}", R"({"stopped_by": "boredom"})", R"({"stopped_by": "signal"})"}) {
    write_file_atomically(broken, text);
    EXPECT_THROW(runs::read_results(broken), DataError) << text;
  }
}

}  // namespace
}  // namespace prenorm::training
