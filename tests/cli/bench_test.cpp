// `prenorm bench`: its figures hang together, and the batches it writes are those it trains on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "cli/command_line.h"
#include "prenorm/config/write.h"
#include "prenorm/files/file.h"
#include "training/tiny_run.h"

namespace prenorm::test {
namespace {

using testing::HasSubstr;

class Bench : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    text_ = new TinyText;
    Config config = text_->config();
    config.data.prepared_dir = *text_ / "prepared";
    write_file_atomically(*text_ / "tiny.toml", to_toml(config));
    write_file_atomically(*text_ / "synthetic.toml",
                          "[tokenizer]\nvocab_size = 40\n[batch]\nmax_tokens = 300\n[model]\nencoder_layers = 1\n"
                          "decoder_layers = 1\nd_model = 16\nd_ff = 32\nnum_heads = 2\n");
  }
  static void TearDownTestSuite() { delete text_; }
  static nlohmann::json measured(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "bench");
    arguments.emplace_back("--json");
    const Outcome outcome = prenorm(arguments);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return nlohmann::json::parse(outcome.out);
  }

  static inline TinyText* text_ = nullptr;
};

void expect_consistent(const nlohmann::json& j, std::size_t steps) {
  EXPECT_GT(j["target_tokens_per_second"], 0);
  EXPECT_GT(j["source_tokens_per_second"], 0);
  EXPECT_LE(j["ms_per_update"]["p10"], j["ms_per_update"]["median"]);
  EXPECT_LE(j["ms_per_update"]["median"], j["ms_per_update"]["p90"]);
  EXPECT_GT(j["model_gflop_per_update"], 0);
  EXPECT_GT(j["gemm_peak_gflops"], 0);
  EXPECT_GT(j["utilization"], 0);
  if (steps == 1) {
    const double gflops = 1e3 * j["model_gflop_per_update"].get<double>() / j["ms_per_update"]["median"].get<double>();
    EXPECT_DOUBLE_EQ(j["utilization"].get<double>(), gflops / j["gemm_peak_gflops"].get<double>());
  }
  EXPECT_GT(j["peak_rss_mib"], 1);
  EXPECT_EQ(j["loss_nats_per_token"].size(), steps);
  double share = 0, ms = 0;
  for (const nlohmann::json& op : j["operators"]) {
    share += op["share"].get<double>();
    ms += op["ms_per_update"].get<double>();
  }
  EXPECT_NEAR(share, 1, 1e-6) << "the table accounts for all of the time";
  EXPECT_GT(ms, 0);
}

TEST_F(Bench, MeasuresTheConfigurationsOwnData) {
  expect_consistent(measured({*text_ / "tiny.toml", "--steps", "3"}), 3);
}

TEST_F(Bench, MeasuresSyntheticTextWhereNoDataIsNamed) {
  expect_consistent(measured({*text_ / "synthetic.toml", "--steps", "4"}), 4);
  expect_consistent(
      measured({*text_ / "synthetic.toml", "--steps", "1", "--source-length", "2", "--target-length", "90"}), 1);
  const nlohmann::json same = measured({*text_ / "tiny.toml", "--steps", "1", "--synthetic"});
  expect_consistent(same, 1);
}

TEST_F(Bench, NamesTheLevelOfKernelsThatTheEnvironmentChose) {
  const std::string command =
      "PRENORM_CPU_LEVEL=baseline \"$PRENORM\" bench " + std::string(*text_ / "synthetic.toml") + " --steps 1";
  EXPECT_EQ(nlohmann::json::parse(shell(command + " --json").out)["cpu_level"], "baseline");
  EXPECT_THAT(shell(command).out, HasSubstr("kernels           baseline\n"));
}

TEST_F(Bench, TrainsAlikeWithAndWithoutKernels) {
  const nlohmann::json fused = measured({*text_ / "synthetic.toml", "--steps", "3"}),
                       composite =
                           measured({*text_ / "synthetic.toml", "--steps", "3", "--set", "runtime.fused=false"});
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_NEAR(fused["loss_nats_per_token"][i], composite["loss_nats_per_token"][i], 1e-4);
}

TEST_F(Bench, WritesItsBatches) {
  const std::string file = *text_ / "batches.jsonl";
  const Outcome outcome = prenorm({"bench", *text_ / "tiny.toml", "--steps", "5", "--write-batches", file});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const std::vector<std::string> lines = lines_of(read_file(file));
  ASSERT_EQ(lines.size(), 6U);
  const nlohmann::json head = nlohmann::json::parse(lines[0]);
  EXPECT_EQ(head["steps"], 5);
  EXPECT_GT(head["source_vocabulary"], 3);
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const nlohmann::json batch = nlohmann::json::parse(lines[i]);
    ASSERT_EQ(batch["source"].size(), batch["target"].size());
    for (const nlohmann::json& sentence : batch["target"])
      for (const nlohmann::json& id : sentence) {
        EXPECT_NE(id, head["eos_id"]);
        EXPECT_NE(id, head["start_id"]);
      }
  }
}

TEST_F(Bench, ShowsATableToPeople) {
  const Outcome outcome = prenorm({"bench", *text_ / "synthetic.toml", "--steps", "1"});
  EXPECT_EQ(outcome.code, 0);
  for (const std::string& line : lines_of(outcome.out)) EXPECT_LE(line.size(), 80U) << line;
  EXPECT_THAT(outcome.out, HasSubstr("utilization"));
  EXPECT_THAT(outcome.out, HasSubstr("matrix product, forward"));
}

TEST_F(Bench, RefusesWhatItCannotDo) {
  const Outcome no_file = prenorm({"bench", "/no/such.toml"});
  EXPECT_EQ(no_file.code, 1);
  EXPECT_EQ(lines_of(no_file.err).size(), 1U) << no_file.err;
  const Outcome synthetic = prenorm({"bench", *text_ / "synthetic.toml", "--write-batches", *text_ / "x"});
  EXPECT_EQ(synthetic.code, 2);
  EXPECT_THAT(synthetic.err, HasSubstr("--write-batches"));
  const Outcome heads = prenorm({"bench", *text_ / "synthetic.toml", "--set", "model.num_heads=3"});
  EXPECT_EQ(heads.code, 2);
}

}  // namespace
}  // namespace prenorm::test
