#include "prenorm/pruning/prune.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/linalg_svdvals.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "prenorm/app/classifier.h"
#include "prenorm/app/load_model.h"
#include "prenorm/app/trained_task.h"
#include "prenorm/base/error.h"
#include "prenorm/config/load.h"
#include "prenorm/huggingface/export.h"
#include "prenorm/probe/weight_updates.h"
#include "tiny_runs.h"

namespace prenorm::pruning {
namespace {

using runs::RunFolder;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class Prune : public ::testing::TestWithParam<TaskKind> {
 protected:
  RunFolder trained() const { return runs_.trained(runs_.config(GetParam()), "run"); }
  // What a run that has just been made gives when it is read again.
  static void expect_validation(const RunFolder& run, const Pruned& pruned) {
    const app::TrainedTask again = app::trained_task(run, "");
    EXPECT_EQ(again.task->validate(true).loss_nats_per_token, pruned.after->loss_nats_per_token);
    EXPECT_EQ(again.task->parameters().count(), pruned.parameters_after);
  }

  test::TinyRuns runs_;
};

std::string task_of(const ::testing::TestParamInfo<TaskKind>& info) { return std::string(enum_name(info.param)); }

INSTANTIATE_TEST_SUITE_P(Tasks, Prune, ::testing::ValuesIn(test::kTasks), task_of);

TEST_P(Prune, GivesASmallerRunOfTheSameTask) {
  const RunFolder run = trained(), output = runs_.folder("pruned");
  const auto before = test::content_of(run.path());
  const Pruned pruned = prune(run, output, {.rows = 0.25});
  EXPECT_EQ(test::content_of(run.path()), before);
  EXPECT_EQ(pruned.what, "8 of 32 neurons of each layer removed by magnitude");
  EXPECT_EQ(load_run_config(output.path()).config.model.d_ff, 24);
  EXPECT_EQ(pruned.before->loss_nats_per_token, app::trained_task(run, "").task->validate(false).loss_nats_per_token);
  EXPECT_NE(pruned.after->loss_nats_per_token, pruned.before->loss_nats_per_token);
  EXPECT_EQ(pruned.after->bleu.has_value(), GetParam() == TaskKind::kTranslation);
  expect_validation(output, pruned);
  EXPECT_EQ(output.labels().empty() || std::filesystem::exists(output.labels()),
            GetParam() == TaskKind::kClassification);
  EXPECT_THAT([&] { probe::probe_updates(output, ""); }, ThrowsMessage<UsageError>(HasSubstr("has been pruned")));
  prune(output, runs_.folder("twice"), {.rows = 0.5, .by = NeuronChoice::kRandom, .seed = 3});
  EXPECT_EQ(load_run_config(runs_.folder("twice").path()).config.model.d_ff, 12);
}

TEST_P(Prune, LeavesUpdatesOfLowRank) {
  const RunFolder run = trained(), output = runs_.folder("rank");
  const Pruned pruned = prune(run, output, {.rank = 2});
  expect_validation(output, pruned);
  EXPECT_GT(*pruned.energy_kept, 0);
  EXPECT_LT(*pruned.energy_kept, 1);
  const probe::WeightUpdates whole = probe::probe_updates(run, ""), low = probe::probe_updates(output, "");
  for (std::size_t i = 0; i < low.matrices.size(); ++i) {
    const std::vector<double>&s = low.matrices[i].figures.singular_values,
          &before = whole.matrices[i].figures.singular_values;
    EXPECT_NEAR(s[0], before[0], 1e-5) << low.matrices[i].kind;
    EXPECT_NEAR(s[1], before[1], 1e-5) << low.matrices[i].kind;
    if (low.matrices[i].layer) {
      EXPECT_LT(s.at(2), 1e-5) << low.matrices[i].kind;
    } else {
      EXPECT_EQ(s, before) << "embeddings and heads stay";
    }
  }
}

class PruneARun : public ::testing::Test {
 protected:
  test::TinyRuns runs_;
};

TEST_F(PruneARun, ThenTranslateAndExport) {
  Config config = runs_.config(TaskKind::kTranslation);
  config.model.norm_placement = NormPlacement::kPostLn;
  const RunFolder run = runs_.trained(config, "run");
  prune(run, runs_.folder("rows"), {.rows = 0.5});
  prune(run, runs_.folder("rank"), {.rank = 4});
  for (const std::string name : {"rows", "rank"}) {
    EXPECT_NE(app::load_translator(runs_.folder(name), "").model, nullptr);
    const auto exported = huggingface::export_run(runs_.folder(name), "", runs_.folder(name + "-hf").path());
    EXPECT_EQ(exported.architecture.model.d_ff, name == "rows" ? 16 : 32);
  }
}

TEST_F(PruneARun, ThatWasFineTunedAroundThePretrainedWeights) {
  const RunFolder first = runs_.trained(runs_.config(TaskKind::kClassification), "first");
  Config config = runs_.config(TaskKind::kClassification);
  config.train.pretrained = first.path();
  config.optim.lr = 0;
  config.train.max_steps = 1;
  const RunFolder tuned = runs_.trained(config, "tuned");
  const Pruned pruned = prune(tuned, runs_.folder("rank"), {.rank = 1});
  EXPECT_EQ(*pruned.energy_kept, 1) << "nothing was trained";
  EXPECT_EQ(pruned.after->loss_nats_per_token, pruned.before->loss_nats_per_token);
  prune(tuned, runs_.folder("rows"), {.rows = 0.5});
  EXPECT_EQ(load_run_config(runs_.folder("rows").path()).config.train.pretrained, "");
}

TEST_F(PruneARun, WithoutValidationTextSaysSo) {
  Config config = runs_.config(TaskKind::kTranslation);
  config.data.valid_source = config.data.valid_target = "";
  const Pruned pruned = prune(runs_.trained(config, "run"), runs_.folder("rows"), {.rows = 0.5});
  EXPECT_FALSE(pruned.before || pruned.after);
  EXPECT_THAT(report_of(pruned), HasSubstr("after      no validation text"));
  EXPECT_TRUE(to_json(pruned)["before"].is_null());
}

TEST_F(PruneARun, RefusesWhatCannotBe) {
  const RunFolder run = runs_.trained(runs_.config(TaskKind::kTranslation), "run"), output = runs_.folder("out");
  const std::vector<std::pair<PruneOptions, std::string>> wrong{
      {{.rows = 0.5, .rank = 2}, "--rows and --rank: give one of them"},
      {{}, "nothing to prune"},
      {{.rows = 0}, "--rows 0: expected a share between 0 and 1"},
      {{.rows = 1}, "--rows 1: expected"},
      {{.rows = -0.1}, "--rows -0.1: expected"},
      {{.rows = 0.01}, "is 0 of the 32 neurons"},
      {{.rows = 0.99}, "is 32 of the 32 neurons"},
      {{.rank = 0}, "--rank 0: expected 1 or more"},
      {{.rank = 16}, "have rank 16 at most"},
      {{.rank = 2, .by = NeuronChoice::kRandom}, "need --rows"},
      {{.rows = 0.5, .seed = 2}, "--seed needs --by random"}};
  for (const auto& [options, message] : wrong) {
    const auto call = [&, &o = options] { prune(run, output, o); };
    EXPECT_THAT(call, ThrowsMessage<UsageError>(HasSubstr(message)));
    EXPECT_FALSE(std::filesystem::exists(output.path())) << message;
  }
  EXPECT_THAT([&] { prune(run, run, {.rank = 2}); }, ThrowsMessage<UsageError>(HasSubstr("already contains a run")));
}

}  // namespace
}  // namespace prenorm::pruning
