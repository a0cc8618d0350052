// `prenorm diagnose` and `prenorm replay` on a run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/tiny_translator.h"

namespace prenorm::test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class DiagnoseCommand : public TinyTranslator {};

TEST_F(DiagnoseCommand, FindsNothingWrongWithASoundRun) {
  const auto before = content_of(run());
  const Outcome page = prenorm({"diagnose", run()});
  EXPECT_EQ(page.code, 0) << page.err;
  EXPECT_THAT(page.out, StartsWith("# Diagnosis\n\nNo problem found"));
  EXPECT_THAT(page.out, HasSubstr("| decoder.layers.0 |"));
  const Outcome outcome = prenorm({"diagnose", run(), "--json"});
  EXPECT_EQ(outcome.code, 0);
  const nlohmann::json answer = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(answer["cause"], "none");
  EXPECT_EQ(answer["history"]["updates"].size(), 60U);
  EXPECT_EQ(content_of(run()), before);
}

TEST_F(DiagnoseCommand, NamesACauseAndSaysSoInItsExitCode) {
  const std::string folder = *text_ / "fast";
  const Outcome training = prenorm({"train", *text_ / "tiny.toml", "--run", folder, "--quiet", "--set", "optim.lr=50",
                                    "--set", "optim.name=sgd", "--set", "schedule.name=constant"});
  EXPECT_EQ(training.code, 1);
  EXPECT_THAT(training.err, HasSubstr("the learning rate is too high: lower optim.lr to 5, "));
  EXPECT_THAT(training.err, HasSubstr(folder + "/diagnosis.md"));
  const Outcome outcome = prenorm({"diagnose", folder, "--json"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(nlohmann::json::parse(outcome.out)["cause"], "rate_too_high");
  EXPECT_EQ(nlohmann::json::parse(outcome.out), read_json(folder + "/diagnosis.json"));
  EXPECT_EQ(prenorm({"diagnose", folder}).out, read_file(folder + "/diagnosis.md"));
}

TEST_F(DiagnoseCommand, AReplayHasTheLoggedGradientNorm) {
  const nlohmann::json line = metrics_of(run(), "update").at(3);
  const Outcome outcome = prenorm({"replay", run(), "--step", line["step"].dump(), "--json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const nlohmann::json answer = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(answer["grad_norm_l2_preclip"], line["grad_norm_l2_preclip"]);
  EXPECT_EQ(answer["made"], true);
  EXPECT_THAT(prenorm({"replay", run(), "--step", "1"}).out, StartsWith("# Update 1\n"));
}

TEST_F(DiagnoseCommand, OtherFoldersAreRefused) {
  expect_refused(prenorm({"diagnose", text_->path()}), 2, "is not a run folder");
  expect_refused(prenorm({"replay", text_->path(), "--step", "1"}), 2, "is not a run folder");
  expect_refused(prenorm({"replay", run(), "--step", "61"}), 2, "--step 61: the run ends at update 60");
}

}  // namespace
}  // namespace prenorm::test
