// `prenorm probe` on configurations, runs, and what is neither.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "cli/tiny_translator.h"

namespace prenorm::test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using Words = std::vector<std::string>;

class ProbeCommand : public TinyTranslator {
 protected:
  static Outcome probe(Words words) {
    words.insert(words.begin(), "probe");
    return prenorm(words);
  }
  static std::string config() { return run() / "config.toml"; }
};

TEST_F(ProbeCommand, OfARunIsItsCheckpoint) {
  const Outcome outcome = probe({run(), "--json", "--batches", "2"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const nlohmann::json trained = nlohmann::json::parse(outcome.out);
  EXPECT_THAT(trained["where"].get<std::string>(), HasSubstr("checkpoints"));
  ASSERT_EQ(trained["models"].size(), 1U);
  const nlohmann::json start = nlohmann::json::parse(probe({config(), "--json", "--batches", "2", "--seeds", "1"}).out);
  EXPECT_EQ(start["where"], "at initialisation");
  const auto predicted = [](const nlohmann::json& probe) {
    return probe["models"][0]["w2_gradients"][0]["predicted_over_last"];
  };
  EXPECT_TRUE(predicted(trained).is_null()) << "the theory is about initialisation";
  EXPECT_FALSE(predicted(start).is_null());
  EXPECT_LT(trained["models"][0]["loss_nats_per_token"]["mean"], start["models"][0]["loss_nats_per_token"]["mean"]);
  EXPECT_EQ(trained["models"][0]["parameters"].size(), start["models"][0]["parameters"].size());
}

TEST_F(ProbeCommand, ComparesPlacementsOnTheSameText) {
  const Outcome outcome = probe({config(), "--placements", "post_ln,pre_ln", "--depths", "1,2", "--seeds", "2"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  for (const char* part : {"post_ln, 2+2 layers", "pre_ln, 1+1 layers", "exponent", "pre_ln over post_ln"})
    EXPECT_THAT(outcome.out, HasSubstr(part));
  EXPECT_EQ(outcome.out, probe({config(), "--placements", "post_ln,pre_ln", "--depths", "1,2", "--seeds", "2"}).out);
}

TEST_F(ProbeCommand, TheSimplifiedSettingNeedsNoText) {
  const Outcome outcome = probe({config(), "--simplified", "--widths", "32", "--depths", "2", "--seeds", "2", "--set",
                                 "data.train_source=nowhere"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("2 layers, d_model 32"));
}

TEST_F(ProbeCommand, AdvisesOnAConfiguration) {
  const Outcome safe = probe({config(), "--advise", "--set", "optim.lr=1e-5", "--seeds", "2"});
  ASSERT_EQ(safe.code, 0) << safe.err;
  EXPECT_THAT(safe.out, HasSubstr(" at 1e-05: starts safely at this rate\n"));
  const Outcome outcome = probe({config(), "--advise", "--json", "--set", "optim.lr=5"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const nlohmann::json advice = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(advice["verdict"], "needs warm-up");
  EXPECT_EQ(advice["seeds"].size(), 3U);
  EXPECT_LT(advice["largest_lr_without_warmup"], 5);
  EXPECT_GT(advice["largest_lr_without_warmup"], 1e-5);
}

TEST_F(ProbeCommand, MeasuresWhatTrainingAddedToTheWeights) {
  const Outcome outcome = probe({run(), "--updates", "--checkpoint", "last", "--json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const nlohmann::json json = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(json["kind"], "weight_updates");
  EXPECT_THAT(json["checkpoint"].get<std::string>(), HasSubstr("000060"));
  EXPECT_EQ(json["matrices"].size(), 17U) << "an embedding, six of the encoder, ten of the decoder";
  EXPECT_GT(json["matrices"][1]["update"]["norm"], 0);
  const Outcome table = probe({run(), "--updates"});
  EXPECT_THAT(table.out, HasSubstr("\ndecoder 1 cross_attention.query "));
  write_file_atomically(*text_ / "updates.json", outcome.out);
  const Outcome report = prenorm({"report", *text_ / "updates.json", "--output", *text_ / "updates.html", "--json"});
  ASSERT_EQ(report.code, 0) << report.err;
  EXPECT_EQ(nlohmann::json::parse(report.out)["updates"], 1);
  EXPECT_THAT(read_file(*text_ / "updates.html"), HasSubstr("Spectra of the updates: decoder"));
}

TEST_F(ProbeCommand, MeasuresTheNoiseScaleOfACheckpoint) {
  const Outcome outcome = probe({run(), "--noise-scale", "--checkpoint", "last", "--batches", "8", "--json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const nlohmann::json json = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(json["kind"], "noise_scale");
  EXPECT_EQ(json["version"], 1);
  EXPECT_EQ(json["batches"], 8);
  EXPECT_EQ(json["large_batches"], 4);
  for (const char* estimator : {"by_example", "two_batch"}) {
    const nlohmann::json& groups = json[estimator]["by_group"];
    EXPECT_EQ(groups.size(), 5U) << "norms, attention, feed-forward, embedding and total";
    EXPECT_TRUE(json[estimator]["by_layer"].contains("encoder.layers.0"));
    for (const char* key :
         {"examples", "low_examples", "high_examples", "target_tokens", "gradient_square", "gradient_variance"})
      EXPECT_TRUE(groups["total"].contains(key)) << key;
  }
  write_file_atomically(*text_ / "noise.json", outcome.out);
  const Outcome report = prenorm({"report", *text_ / "noise.json", "--output", *text_ / "noise.html", "--json"});
  ASSERT_EQ(report.code, 0) << report.err;
  EXPECT_EQ(nlohmann::json::parse(report.out)["noise_scales"], 1);
  EXPECT_THAT(read_file(*text_ / "noise.html"), HasSubstr("Noise scale by layer, in examples"));
  const Outcome table = probe({run(), "--noise-scale", "--batches", "8"});
  ASSERT_EQ(table.code, 0) << table.err;
  for (const char* part : {"\nnorm ", "\ntotal ", "\nencoder.layers.0 ", "two-batch", "pairs of"})
    EXPECT_THAT(table.out, HasSubstr(part));
}

TEST_F(ProbeCommand, RefusesWhatItCannotMeasure) {
  expect_refused(probe({config(), "--noise-scale"}), 2, "--noise-scale needs a run folder");
  expect_refused(probe({run(), "--noise-scale", "--seeds", "2"}), 2, "takes a run, --checkpoint and --batches only");
  expect_refused(probe({run(), "--noise-scale", "--batches", "7"}), 2, "an even number of at least 4");
  expect_refused(probe({run(), "--updates", "--batches", "4"}), 2, "takes a run and --checkpoint only");
  expect_refused(probe({config(), "--updates"}), 2, "--updates needs a run folder");
  expect_refused(probe({run(), "--updates", "--seeds", "2"}), 2, "takes a run and --checkpoint only");
  expect_refused(probe({run(), "--updates", "--checkpoint", "77"}), 1, "no checkpoint 77");

  expect_refused(probe({run(), "--advise"}), 2, "name its config.toml");
  expect_refused(probe({config(), "--advise", "--depths", "2"}), 2, "takes a configuration and --set only");
  expect_refused(probe({config(), "--advise", "--set", "optim.lr=0"}), 2, "optim.lr is 0");
  expect_refused(probe({}), 2, "nothing to probe");
  expect_refused(probe({config(), "--placements", "post"}), 2, "post_ln");
  expect_refused(probe({config(), "--depths", "0"}), 2, "--depths");
  expect_refused(probe({config(), "--widths", "17"}), 2, "heads");
  expect_refused(probe({config(), "--checkpoint", "last"}), 2, "needs a run folder");
  expect_refused(probe({run(), "--set", "model.d_model=8"}), 2, "--set is for a configuration");
  expect_refused(probe({run(), "--checkpoint", "newest"}), 2, "newest");
  expect_refused(probe({config(), "--set", "model.layers=3"}), 2, "model.layers");
}

}  // namespace
}  // namespace prenorm::test
