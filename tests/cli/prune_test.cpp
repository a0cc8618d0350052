// `prenorm prune`, and what other commands make of the run that it creates.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "cli/tiny_translator.h"

namespace prenorm::test {
namespace {

using ::testing::HasSubstr;
using Words = std::vector<std::string>;

class PruneCommand : public TinyTranslator {
 protected:
  static Outcome prune(Words words) {
    words.insert(words.begin(), {"prune", run()});
    return prenorm(words);
  }
  static std::string out(const std::string& name) { return *text_ / name; }
};

TEST_F(PruneCommand, PrintsTheCostAndMakesARunThatTranslates) {
  const Outcome outcome = prune({"--rows", "0.25", "--run", out("rows"), "--json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const nlohmann::json json = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(json["kind"], "pruning");
  EXPECT_EQ(json["run"], out("rows"));
  EXPECT_EQ(json["d_ff_before"], 32);
  EXPECT_EQ(json["d_ff_after"], 24);
  EXPECT_LT(json["parameters_after"], json["parameters_before"]);
  EXPECT_TRUE(json["before"].contains("bleu"));
  EXPECT_GT(json["after"]["loss_nats_per_token"], 0);
  const Outcome evaluated =
      prenorm({"evaluate", out("rows"), "--source", source(), "--reference", reference(), "--json"});
  ASSERT_EQ(evaluated.code, 0) << evaluated.err;
  EXPECT_NEAR(nlohmann::json::parse(evaluated.out)["bleu"], json["after"]["bleu"], 1e-9);
  expect_refused(prenorm({"probe", out("rows"), "--updates"}), 2, "has been pruned");
  expect_refused(prenorm({"train", "--resume", "--run", out("rows")}), 1, "optimizer.safetensors");
}

TEST_F(PruneCommand, TruncatesUpdates) {
  const Outcome outcome = prune({"--rank", "1", "--run", out("rank")});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  for (const char* part : {"truncated to rank 1\n", "% of the updates kept\n", "\nbefore     validation loss ",
                           "\nafter      validation loss ", "BLEU"})
    EXPECT_THAT(outcome.out, HasSubstr(part));
  const Outcome probed = prenorm({"probe", out("rank"), "--updates", "--json"});
  ASSERT_EQ(probed.code, 0) << probed.err;
  for (const auto& matrix : nlohmann::json::parse(probed.out)["matrices"])
    if (matrix.contains("layer")) {
      EXPECT_NEAR(matrix["update"]["stable_rank"], 1, 1e-6) << matrix["matrix"];
    }
}

TEST_F(PruneCommand, RandomNeuronsDependOnTheSeed) {
  const auto loss = [](const std::string& name, const std::string& seed) {
    const Outcome outcome = prune({"--rows", "0.5", "--by", "random", "--seed", seed, "--run", out(name), "--json"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return nlohmann::json::parse(outcome.out)["after"]["loss_nats_per_token"].get<double>();
  };
  const double first = loss("random-a", "7");
  EXPECT_EQ(first, loss("random-b", "7"));
  EXPECT_NE(first, loss("random-c", "8"));
}

TEST_F(PruneCommand, RefusesWhatItCannotDo) {
  const std::string made = out("made");
  expect_refused(prune({"--run", made}), 2, "give --rows SHARE or --rank K");
  expect_refused(prune({"--rows", "0.2", "--rank", "3", "--run", made}), 2, "give one of them");
  expect_refused(prune({"--rows", "1.5", "--run", made}), 2, "--rows 1.5");
  expect_refused(prune({"--rows", "nan", "--run", made}), 2, "--rows nan");
  expect_refused(prune({"--rank", "0", "--run", made}), 2, "--rank 0");
  expect_refused(prune({"--rows", "0.2", "--by", "size", "--run", made}), 2, "magnitude");
  expect_refused(prune({"--rank", "2", "--by", "random", "--run", made}), 2, "--rows");
  expect_refused(prune({"--rows", "0.2"}), 2, "--run");
  expect_refused(prune({"--rows", "0.2", "--run", run()}), 2, "already contains a run");
  expect_refused(prune({"--rows", "0.2", "--checkpoint", "77", "--run", made}), 1, "no checkpoint 77");
  expect_refused(prenorm({"prune", *text_ / "nowhere", "--rows", "0.2", "--run", made}), 2, "is not a run folder");
  const std::filesystem::path copy = copy_of_run();
  for (const char* part : {"checkpoints", "best", "last"}) std::filesystem::remove_all(copy / part);
  expect_refused(prenorm({"prune", copy, "--rows", "0.2", "--run", made}), 1, "has no checkpoint yet");
  EXPECT_FALSE(std::filesystem::exists(made));
}

}  // namespace
}  // namespace prenorm::test
