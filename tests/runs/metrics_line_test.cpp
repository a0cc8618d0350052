// Lines of metrics.jsonl, written and read back.
#include "prenorm/runs/metrics_line.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "files/temporary_folder.h"
#include "prenorm/base/json_text.h"
#include "prenorm/files/file.h"
#include "prenorm/runs/metrics_log.h"

namespace prenorm::runs {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

template <class Line>
Line read_back(const Line& line) {
  return std::get<Line>(parse_metrics_line(json_text(to_json(line))).value());
}

TEST(MetricsLine, AnUpdateKeepsItsKeysAndNumbers) {
  const UpdateLine line{.step = 20,
                        .epoch = 1,
                        .loss = 2.5,
                        .nll = 2.25,
                        .learning_rate = 0.1,
                        .grad_norm = 0.75,
                        .target_tokens = 4000,
                        .tokens_per_second = 1000,
                        .seconds = 4};
  EXPECT_EQ(json_text(to_json(line)),
            R"({"type":"update","step":20,"epoch":1,"loss_nats_per_token":2.5,"nll_nats_per_token":2.25,)"
            R"("learning_rate":0.1,"grad_norm_l2_preclip":0.75,"target_tokens":4000,)"
            R"("target_tokens_per_second":1000.0,"seconds":4.0})");
  const UpdateLine read = read_back(line);
  EXPECT_EQ(json_text(to_json(read)), json_text(to_json(line)));
}

TEST(MetricsLine, AnUpdateOfAGrowingBatchHasItsNumberOfBatches) {
  EXPECT_EQ(to_json(UpdateLine{.step = 3, .batches = 4})["batches"], 4);
  EXPECT_EQ(read_back(UpdateLine{.step = 3, .batches = 4}).batches, 4);
  EXPECT_FALSE(to_json(UpdateLine{.step = 3}).contains("batches"));
}

TEST(MetricsLine, AnObservationKeepsTheOrderOfItsNames) {
  const ObservationLine line{.step = 1,
                             .grad_norms = {{"z", 1}, {"a", 2}},
                             .weight_norms = {{"z", 3}, {"a", 4}},
                             .update_ratios = {{"z", 5}, {"a", 6}},
                             .rms = {{"second", 7}, {"first", kInfinity}}};
  const ObservationLine read = read_back(line);
  EXPECT_EQ(read.grad_norms, line.grad_norms);
  EXPECT_EQ(read.weight_norms, line.weight_norms);
  EXPECT_EQ(read.update_ratios, line.update_ratios);
  EXPECT_EQ(read.rms, line.rms);
}

TEST(MetricsLine, ANoiseScaleSaysWhatHasNoBound) {
  const NoiseScaleLine line{.step = 20,
                            .updates = 19,
                            .updates_without_estimate = 1,
                            .updates_in_mean = 12.5,
                            .examples = 8,
                            .target_tokens_per_example = 10,
                            .groups = {{"norm", {12, 3, 40.0}, {2, 24}}, {"total", {std::nullopt, 7, {}}, {-1, 9}}},
                            .layers = {{"encoder.layers.0", {5, 0, {}}, {1, 5}}}};
  EXPECT_EQ(json_text(to_json(line)),
            R"({"type":"noise_scale","step":20,"updates":19,"updates_without_estimate":1,"updates_in_mean":12.5,)"
            R"("examples_per_update":8.0,"target_tokens_per_example":10.0,"noise_scale_by_group":{)"
            R"("norm":{"examples":12.0,"low_examples":3.0,"high_examples":40.0,"target_tokens":120.0,)"
            R"("gradient_square":2.0,"gradient_variance":24.0},)"
            R"("total":{"examples":null,"low_examples":7.0,"high_examples":null,"target_tokens":null,)"
            R"("gradient_square":-1.0,"gradient_variance":9.0}},"noise_scale_by_layer":{)"
            R"("encoder.layers.0":{"examples":5.0,"low_examples":0.0,"high_examples":null,"target_tokens":50.0,)"
            R"("gradient_square":1.0,"gradient_variance":5.0}}})");
  EXPECT_EQ(to_json(read_back(line)), to_json(line));
}

TEST(MetricsLine, AValidationKeepsItsScores) {
  ValidationLine line{.step = 30, .best_so_far = true, .at_end = true};
  line.validation.loss_nats_per_token = 3;
  line.validation.nll_nats_per_token = 2;
  line.validation.bleu = 12.5;
  line.validation.bits_per_byte = 1.5;
  line.validation.scores = {{"f1", 0.5}, {"pearson", std::nan("")}};
  const ValidationLine read = read_back(line);
  EXPECT_EQ(read.validation.loss_nats_per_token, 3);
  EXPECT_EQ(read.validation.nll_nats_per_token, 2);
  EXPECT_EQ(read.validation.bleu, 12.5);
  EXPECT_EQ(read.validation.bits_per_byte, 1.5);
  ASSERT_EQ(read.validation.scores.size(), 2U);
  EXPECT_EQ(read.validation.scores[0], (std::pair<std::string, double>("f1", 0.5)));
  EXPECT_TRUE(std::isnan(read.validation.scores[1].second));
  EXPECT_TRUE(read.best_so_far);
  EXPECT_TRUE(read.at_end);
}

TEST(MetricsLine, AFaultOfTheWeightsAloneHasNoBatch) {
  FaultLine line{
      .step = 8, .update = 7, .kind = "loss_not_finite", .what = "w", .tensor = "loss", .action = "rollback"};
  EXPECT_FALSE(read_back(line).batch);
  EXPECT_FALSE(to_json(line).contains("epoch"));
  line.batch = {1, 2, "train.en, lines 3", kInfinity, 0.1, std::nan("")};
  const FaultLine read = read_back(line);
  EXPECT_EQ(read.update, 7);
  EXPECT_EQ(read.kind, "loss_not_finite");
  EXPECT_EQ(read.action, "rollback");
  ASSERT_TRUE(read.batch);
  EXPECT_EQ(read.batch->batch, 2);
  EXPECT_EQ(read.batch->origin, "train.en, lines 3");
  EXPECT_EQ(read.batch->loss, kInfinity);
  EXPECT_TRUE(std::isnan(read.batch->grad_norm));
}

// Earlier versions wrote null in lines of updates and observations, and words in lines of faults.
TEST(MetricsLine, NumbersThatAreNotFiniteHaveOneFormAndTwoAreRead) {
  const UpdateLine line{.loss = std::nan(""), .nll = kInfinity, .grad_norm = -kInfinity};
  EXPECT_EQ(to_json(line)["loss_nats_per_token"], "nan");
  EXPECT_EQ(to_json(line)["nll_nats_per_token"], "inf");
  EXPECT_EQ(to_json(line)["grad_norm_l2_preclip"], "-inf");
  EXPECT_TRUE(std::isnan(read_back(line).loss));
  EXPECT_EQ(read_back(line).nll, kInfinity);
  EXPECT_EQ(read_back(line).grad_norm, -kInfinity);
  const auto old = parse_metrics_line(R"({"type":"update","step":1,"loss_nats_per_token":null})");
  EXPECT_TRUE(std::isnan(std::get<UpdateLine>(old.value()).loss));
}

TEST(MetricsLine, OfAnotherVersionHasItsStep) {
  const auto line = parse_metrics_line(R"({"type":"new","step":9,"x":[1]})");
  EXPECT_TRUE(std::holds_alternative<OtherLine>(line.value()));
  EXPECT_EQ(step_of(*line), 9);
}

TEST(MetricsLine, OtherTextIsNone) {
  for (const char* text :
       {"", "7", "[]", "{}", "half {", R"({"step":1})", R"({"type":"update"})", R"({"type":"update","step":"1"})",
        R"({"type":"update","step":-1})", R"({"type":"update","step":18446744073709551615})", R"({"type":1,"step":1})"})
    EXPECT_FALSE(parse_metrics_line(text)) << text;
}

TEST(MetricsLine, AreReadFromAFileThatMayEndInHalfALine) {
  const test::TemporaryFolder folder;
  int lines = 0;
  read_metrics(folder / "none.jsonl", [&](const MetricsLine&) { ++lines; });
  EXPECT_EQ(lines, 0);
  write_file_atomically(folder / "metrics.jsonl", R"({"type":"update","step":1}
nonsense
{"type":"new","step":2}
{"type":"upd)");
  read_metrics(folder / "metrics.jsonl", [&](const MetricsLine& line) { EXPECT_EQ(step_of(line), ++lines); });
  EXPECT_EQ(lines, 2);
}

}  // namespace
}  // namespace prenorm::runs
