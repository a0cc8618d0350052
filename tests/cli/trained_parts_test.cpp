// What `prenorm prune`, `prenorm study`, `prenorm diagnose` and `prenorm replay` make of runs that train a part of
// their model: norms alone, or adapters.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "prenorm/config/write.h"
#include "test_seed.h"
#include "training/tiny_run.h"

namespace prenorm::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using Words = std::vector<std::string>;

// Each is trained once for all tests.
class TrainedParts : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    text_ = new TinyText;
    Config config = text_->config();
    config.train.seed = static_cast<std::int64_t>(test_seed(1));
    config.train.max_steps = 60;
    config.train.valid_every = config.train.checkpoint_every = 20;
    config.train.observe_every = 10;
    write_file_atomically(toml(), to_toml(config));
    const Words norms = {"train.trainable=norm", "optim.lr=0.05"};
    const Words adapters = {"train.lora_rank=3", "train.lora_targets=qkv, *.up.weight, *.down.weight", "optim.lr=0.02"};
    for (const auto& [name, settings] : {std::pair{"norms", norms}, {"adapters", adapters}}) {
      const Outcome outcome = prenorm(with_settings({"train", toml(), "--run", run(name), "--quiet"}, settings));
      ASSERT_EQ(outcome.code, 0) << outcome.err;
    }
  }
  static void TearDownTestSuite() { delete text_; }

  static Words with_settings(Words words, const Words& settings) {
    for (const std::string& setting : settings) words.insert(words.end(), {"--set", setting});
    return words;
  }
  static fs::path toml() { return *text_ / "tiny.toml"; }
  static fs::path run(const std::string& name) { return *text_ / name; }
  static json object_of(const Outcome& outcome) {
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return outcome.code == 0 ? json::parse(outcome.out) : json();
  }
  static json prune(const std::string& name, const Words& how, const fs::path& to) {
    Words words = {"prune", run(name), "--run", to, "--json", "--checkpoint", "last"};
    words.insert(words.end(), how.begin(), how.end());
    return object_of(prenorm(words));
  }
  static double last_loss_of(const std::string& name) {
    return read_json(run(name) / "results.json")["last"]["loss_nats_per_token"];
  }

  static inline TinyText* text_ = nullptr;
};

TEST_F(TrainedParts, LoseNeuronsOfTheWholeModel) {
  for (const char* name : {"norms", "adapters"}) {
    SCOPED_TRACE(name);
    const fs::path pruned = run(std::string(name) + "-rows");
    const json made = prune(name, {"--rows", "0.25"}, pruned);
    EXPECT_EQ(made["d_ff_after"], 24);
    EXPECT_LT(made["parameters_after"], made["parameters_before"]);
    EXPECT_NEAR(made["before"]["loss_nats_per_token"], last_loss_of(name), 1e-4);
    EXPECT_NE(made["after"]["loss_nats_per_token"], made["before"]["loss_nats_per_token"]);
    const json evaluated = object_of(
        prenorm({"evaluate", pruned, "--source", *text_ / "valid.src", "--reference", *text_ / "valid.tgt", "--json"}));
    EXPECT_NEAR(evaluated["bleu"], made["after"]["bleu"], 1e-9);
  }
}

TEST_F(TrainedParts, HaveUpdatesOfTheRankOfTheirAdapters) {
  const json whole = prune("adapters", {"--rank", "3"}, run("rank-3"));
  EXPECT_NEAR(whole["update_energy_kept"], 1, 1e-6);
  EXPECT_NEAR(whole["before"]["loss_nats_per_token"], last_loss_of("adapters"), 1e-4);
  EXPECT_NEAR(whole["after"]["loss_nats_per_token"], whole["before"]["loss_nats_per_token"], 1e-4);
  const json less = prune("adapters", {"--rank", "1"}, run("rank-1"));
  EXPECT_LT(less["update_energy_kept"], 0.999);
  EXPECT_GT(less["update_energy_kept"], 0.3);
  EXPECT_NE(less["after"]["loss_nats_per_token"], less["before"]["loss_nats_per_token"]);
  const json probed = object_of(prenorm({"probe", run("rank-1"), "--updates", "--json"}));
  for (const json& matrix : probed["matrices"])
    if (matrix.contains("layer") && matrix["update"]["norm"] > 0) {
      EXPECT_NEAR(matrix["update"]["stable_rank"], 1, 1e-6) << matrix["matrix"];
    }
}

TEST_F(TrainedParts, HaveNoUpdatesToTruncateIfOnlyNormsTrain) {
  const Outcome outcome = prenorm({"prune", run("norms"), "--rank", "1", "--run", run("never")});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("has not changed any matrix of its layers"));
  EXPECT_FALSE(fs::exists(run("never")));
}

TEST_F(TrainedParts, AreDiagnosed) {
  for (const char* name : {"norms", "adapters"}) {
    SCOPED_TRACE(name);
    const Outcome page = prenorm({"diagnose", run(name)});
    EXPECT_EQ(page.code, 0) << page.out << page.err;
    EXPECT_THAT(page.out, StartsWith("# Diagnosis\n\nNo problem found"));
    EXPECT_THAT(page.out, HasSubstr("| decoder.layers.0 |"));
    EXPECT_THAT(page.out, Not(HasSubstr("nan")));
    EXPECT_EQ(object_of(prenorm({"diagnose", run(name), "--json"}))["cause"], "none");
    const json line = metrics_of(run(name), "update").at(3);
    const json again = object_of(prenorm({"replay", run(name), "--step", line["step"].dump(), "--json"}));
    EXPECT_EQ(again["grad_norm_l2_preclip"], line["grad_norm_l2_preclip"]);
  }
}

TEST_F(TrainedParts, AreDiagnosedIfTheRateIsTooHigh) {
  const std::vector<std::pair<std::string, Words>> runs = {
      {"fast-norms", {"train.trainable=norm"}},
      {"fast-adapters", {"train.lora_rank=2", "train.lora_targets=qkv, *.up.weight, *.down.weight"}}};
  for (const auto& [name, parts] : runs) {
    SCOPED_TRACE(name);
    Words settings = {"optim.lr=1000", "optim.name=sgd", "schedule.name=constant", "optim.clip_norm=0"};
    settings.insert(settings.end(), parts.begin(), parts.end());
    prenorm(with_settings({"train", toml(), "--run", run(name), "--quiet"}, settings));
    const Outcome outcome = prenorm({"diagnose", run(name), "--json"});
    EXPECT_EQ(outcome.code, 1) << outcome.err;
    EXPECT_EQ(json::parse(outcome.out)["cause"], "rate_too_high") << outcome.out;
  }
}

TEST_F(TrainedParts, AreCellsOfStudies) {
  const std::string command = "\"$PRENORM\" study " + toml().string() + " --quiet --json --set train.max_steps=4 " +
                              "--set optim.lr=0.02 --output ";
  const json parts = object_of(shell(command + run("study-parts").string() + " --grid train.trainable=all,norm,bias"));
  ASSERT_EQ(parts["cells"].size(), 3U);
  for (const json& cell : parts["cells"]) {
    EXPECT_EQ(cell["status"], "finished") << cell;
    EXPECT_GT(cell["valid_loss_nats_per_token"], 0);
  }
  EXPECT_NE(parts["cells"][0]["valid_loss_nats_per_token"], parts["cells"][1]["valid_loss_nats_per_token"]);
  const json ranks = object_of(
      shell(command + run("study-ranks").string() + " --grid train.lora_rank=0,2 " + "--grid train.seed=1,2"));
  ASSERT_EQ(ranks["cells"].size(), 4U);
  for (const json& cell : ranks["cells"]) EXPECT_EQ(cell["status"], "finished") << cell;
  const Outcome page = prenorm({"report", run("study-ranks"), "--output", run("ranks.html")});
  EXPECT_EQ(page.code, 0) << page.err;
}

class SlowTrainedParts : public TrainedParts {};

TEST_F(SlowTrainedParts, HaveALargestStableRate) {
  const json search = object_of(shell("\"$PRENORM\" study " + toml().string() +
                                      " --quiet --json --find-lr --set train.max_steps=4 --output " +
                                      run("study-rate").string() + " --grid train.trainable=norm"));
  ASSERT_FALSE(search["settings"].empty());
  for (const json& setting : search["settings"]) EXPECT_GT(setting["largest_stable_lr"], 0) << setting;
}

}  // namespace
}  // namespace prenorm::test
