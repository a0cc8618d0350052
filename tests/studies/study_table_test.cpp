// The table of hand-made cells whose figures are known.
#include "prenorm/studies/study_table.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "prenorm/studies/study_text.h"

namespace prenorm::studies {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Keys = std::vector<std::string>;

studies::CellRecord cell(NormPlacement placement, double lr, std::int64_t seed, double bleu, double loss = 2) {
  studies::CellRecord record;
  record.config.model.norm_placement = placement;
  record.config.optim.lr = lr;
  record.config.train.seed = seed;
  record.name = fmt::format("{}-{}-{}", enum_name(placement), lr, seed);
  record.status = studies::CellStatus::kFinished;
  record.updates = 300;
  record.seconds = 12.5;
  record.bleu = bleu;
  record.final_loss = loss;
  record.validations = {{100, 6}, {200, 4}, {300, loss}};
  return record;
}

studies::CellRecord diverged(studies::CellRecord record, std::int64_t update) {
  record.status = studies::CellStatus::kDiverged;
  record.updates = update;
  record.bleu = record.final_loss = std::nullopt;
  record.problem = "because";
  return record;
}

constexpr NormPlacement kPost = NormPlacement::kPostLn, kPre = NormPlacement::kPreLn;

TEST(StudyTable, UpdatesToALossLieOnStraightLinesBetweenValidations) {
  const studies::CellRecord record = cell(kPre, 1e-3, 1, 30);
  EXPECT_EQ(record.updates_to(4), 200);
  EXPECT_EQ(record.updates_to(5), 150);
  EXPECT_EQ(record.updates_to(3.5), 225);
  EXPECT_EQ(record.updates_to(2), 300);
  EXPECT_EQ(record.updates_to(1.99), std::nullopt) << "never";
  EXPECT_EQ(record.updates_to(7), 100) << "there when first looked at";
  studies::CellRecord wavering = record;
  wavering.validations = {{10, 5}, {20, 3}, {30, 6}, {40, 1}};
  EXPECT_EQ(wavering.updates_to(4), 15) << "the first time";
  EXPECT_EQ(*wavering.best_loss(), 1);
  EXPECT_EQ(studies::CellRecord{}.updates_to(4), std::nullopt);
  EXPECT_EQ(studies::CellRecord{}.best_loss(), std::nullopt);
}

TEST(StudyTable, ColumnsAreTheKeysThatVaryTheGridsFirst) {
  std::vector<studies::CellRecord> cells{cell(kPre, 1e-3, 2, 30), cell(kPost, 2e-3, 1, 20), cell(kPost, 10e-3, 1, 21)};
  for (std::size_t i = 0; i < cells.size(); ++i) {
    cells[i].config.data.prepared_dir = std::to_string(i);  // chosen by the study, which says nothing
    cells[i].config.runtime.threads = static_cast<std::int64_t>(i);
  }
  const studies::StudyTable table = make_table(cells, Keys{"train.seed", "train.max_steps", "optim.lr"}, {});
  EXPECT_THAT(table.keys, ElementsAre("train.seed", "optim.lr", "model.norm_placement"));
  EXPECT_THAT(table.summary_keys, ElementsAre("optim.lr", "model.norm_placement"));
  EXPECT_THAT(table.range_keys, ElementsAre("model.norm_placement"));
  ASSERT_EQ(table.rows.size(), 3U);
  EXPECT_EQ(table.rows[0].cell.bleu, 20) << "0.002 before 0.01, as numbers";
  EXPECT_EQ(table.rows[1].cell.bleu, 21);
  EXPECT_EQ(table.rows[2].cell.bleu, 30);
  cells[0].name = "runtime.threads=0";
  EXPECT_THAT(make_table(cells, {}, {}).keys,
              ElementsAre("model.norm_placement", "optim.lr", "train.seed", "runtime.threads"));
}

TEST(StudyTable, TheTargetIsTheMedianOfTheFinishedCellsOrGiven) {
  std::vector<studies::CellRecord> cells{cell(kPre, 1, 1, 30, 2.0), cell(kPre, 2, 1, 30, 3.0),
                                         cell(kPre, 3, 1, 30, 2.5), diverged(cell(kPre, 4, 1, 30), 7)};
  studies::StudyTable table = make_table(cells, {}, {});
  EXPECT_EQ(table.target_loss, 2.5);
  EXPECT_TRUE(table.target_is_median);
  EXPECT_EQ(table.rows[2].updates_to_target, 300);
  EXPECT_EQ(table.rows[1].updates_to_target, std::nullopt);
  cells[2].status = studies::CellStatus::kFailed;
  EXPECT_EQ(make_table(cells, {}, {}).target_loss, 2.5) << "the mean of the two in the middle";
  table = make_table(cells, {}, 5);
  EXPECT_FALSE(table.target_is_median);
  EXPECT_EQ(table.rows[0].updates_to_target, 150);
  EXPECT_EQ(make_table({}, {}, {}).target_loss, std::nullopt);
}

TEST(StudyTable, SeedsAreSummedUp) {
  studies::CellRecord waiting = cell(kPre, 1e-3, 5, 99);
  waiting.status = studies::CellStatus::kWaiting;
  const studies::StudyTable table =
      make_table({cell(kPre, 1e-3, 1, 30, 2.0), cell(kPre, 1e-3, 2, 33, 2.5), cell(kPre, 1e-3, 3, 30, 3.0), waiting,
                  diverged(cell(kPre, 1e-3, 4, 0), 9), cell(kPre, 2e-3, 1, 10, 3.5)},
                 {}, {});
  ASSERT_EQ(table.summaries.size(), 2U);
  const studies::SeedSummary& first = table.summaries[0];
  EXPECT_EQ(first.learning_rate, 1e-3);
  EXPECT_EQ(first.finished, 3);
  EXPECT_EQ(first.diverged, 1);
  EXPECT_EQ(first.bleu.n, 3);
  EXPECT_DOUBLE_EQ(first.bleu.mean, 31);
  EXPECT_EQ(first.bleu.lowest, 30);
  EXPECT_EQ(first.bleu.highest, 33);
  EXPECT_DOUBLE_EQ(first.loss.mean, 2.5);
  EXPECT_EQ(first.updates_to_target.n, 2) << "the median is 2.75";
  EXPECT_EQ(table.summaries[1].bleu.n, 1);
}

// Rates 1 to 6 have mean BLEU 29.4, 29.6, 30, 28, 29.9 and, with one seed diverged, 35.
TEST(StudyTable, RangesOfRatesHaveNoGapsAndNoDivergence) {
  std::vector<studies::CellRecord> cells{diverged(cell(kPost, 1, 1, 0), 3), cell(kPost, 2, 1, 10),
                                         cell(kPost, 6, 1, 33)};
  const double means[] = {29.4, 29.6, 30, 28, 29.9, 35};
  for (int rate = 1; rate <= 6; ++rate)
    for (const int seed : {1, 2}) cells.push_back(cell(kPre, rate, seed, means[rate - 1] + (seed == 1 ? 0.2 : -0.2)));
  cells.back() = diverged(cells.back(), 50);
  studies::StudyTable table = make_table(cells, {}, {});
  ASSERT_EQ(table.ranges.size(), 2U);
  const studies::RateRange& post = table.ranges[0];
  EXPECT_EQ(post.values.at(0).text, "post_ln");
  EXPECT_EQ(post.best_bleu, 33);
  EXPECT_EQ(post.best_rate, 6);
  EXPECT_EQ(post.lowest_rate, 6);
  EXPECT_EQ(post.highest_rate, 6);
  EXPECT_EQ(post.rates_tried, 3);
  const studies::RateRange& pre = table.ranges[1];
  EXPECT_NEAR(pre.best_bleu, 30, 1e-12);
  EXPECT_EQ(pre.best_rate, 3);
  EXPECT_EQ(pre.lowest_rate, 2);
  EXPECT_EQ(pre.highest_rate, 3) << "5 is within half a point too, but 4 is not";
  EXPECT_EQ(pre.rates_tried, 6);
  EXPECT_EQ(pre.rates_within, 2);

  // Another optimizer that is worse at 2 and better at 4: each placement takes the better one at each rate.
  for (const auto& [rate, bleu] : {std::pair(2, 12.0), std::pair(4, 29.8)}) {
    cells.push_back(cell(kPre, rate, 1, bleu));
    cells.back().config.optim.name = OptimizerName::kRAdam;
  }
  table = make_table(cells, {}, {});
  EXPECT_EQ(table.ranges.size(), 3U);
  ASSERT_EQ(table.placements.size(), 2U);
  const studies::RateRange& whole = table.placements[1];
  EXPECT_EQ(whole.values.at(0).text, "pre_ln");
  EXPECT_EQ(whole.lowest_rate, 2);
  EXPECT_EQ(whole.highest_rate, 5);
}

TEST(StudyTable, WithoutBleuThereAreNoRanges) {
  std::vector<studies::CellRecord> cells{cell(kPre, 1, 1, 0), diverged(cell(kPre, 2, 1, 0), 4)};
  cells[0].bleu = std::nullopt;
  const studies::StudyTable table = make_table(cells, {}, {});
  EXPECT_TRUE(table.ranges.empty());
  EXPECT_TRUE(table.placements.empty());
  EXPECT_EQ(table.summaries.size(), 2U);
}

studies::StudyTable example() {
  studies::CellRecord waiting;
  waiting.name = "waiting";
  waiting.config.optim.lr = 0.5;
  return make_table({cell(kPost, 1e-3, 1, 30.126, 2.5), diverged(cell(kPre, 1e-3, 1, 0), 35), waiting}, {}, 4);
}

TEST(StudyReport, TextIsAlignedAndNamesWhatIsKnown) {
  EXPECT_EQ(to_text(example()),
            "norm_placement     lr  status          updates    loss    best   BLEU  to target  seconds\n"
            "post_ln         0.001  finished            300  2.5000  2.5000  30.13        200       12\n"
            "pre_ln          0.001  diverged at 35       35          2.0000               200       12\n"
            "pre_ln            0.5  waiting\n"
            "\n"
            "loss: validation, nats per token; to target: updates until it is 4.0000\n"
            "\n"
            "over seeds, mean (lowest to highest):\n"
            "norm_placement     lr  seeds  diverged    loss   BLEU  to target\n"
            "post_ln         0.001      1         0  2.5000  30.13        200\n"
            "pre_ln          0.001      1         1\n"
            "\n"
            "range of rates within 0.5 BLEU of the best:\n"
            "norm_placement  best BLEU  at rate  from rate  to rate  rates within\n"
            "post_ln             30.13    0.001      0.001    0.001        1 of 1\n"
            "\n"
            "the same by placement, taking the best of all other keys at each rate:\n"
            "norm_placement  best BLEU  at rate  from rate  to rate  rates within\n"
            "post_ln             30.13    0.001      0.001    0.001        1 of 1\n");
}

TEST(StudyReport, JsonHasUnitsInItsNamesAndLeavesOutWhatIsNotKnown) {
  const auto json = to_json(example());
  EXPECT_EQ(json["target_loss_nats_per_token"], 4);
  EXPECT_EQ(json["target_loss_is_median"], false);
  EXPECT_EQ(json["cells"][0]["keys"]["optim.lr"], 0.001);
  EXPECT_EQ(json["cells"][0]["keys"]["model.norm_placement"], "post_ln");
  EXPECT_EQ(json["cells"][0]["valid_loss_nats_per_token"], 2.5);
  EXPECT_EQ(json["cells"][0]["updates_to_target_loss"], 200);
  EXPECT_EQ(json["cells"][1]["status"], "diverged");
  EXPECT_EQ(json["cells"][1]["updates"], 35);
  EXPECT_EQ(json["cells"][1]["problem"], "because");
  EXPECT_FALSE(json["cells"][1].contains("bleu"));
  EXPECT_FALSE(json["cells"][2].contains("updates"));
  EXPECT_EQ(json["summary"][0]["bleu"]["n"], 1);
  EXPECT_EQ(json["ranges"][0]["best_learning_rate"], 0.001);
  EXPECT_EQ(json["placements"][0]["keys"]["model.norm_placement"], "post_ln");
}

TEST(StudyReport, CsvHasARowACell) {
  studies::StudyTable table = example();
  table.rows[0].cell.name = "a=\"1\",b=2";
  EXPECT_EQ(
      to_csv(table),
      "name,model.norm_placement,optim.lr,status,updates,valid_loss_nats_per_token,best_valid_loss_nats_per_token,"
      "bleu,updates_to_target_loss,training_seconds\n"
      "\"a=\"\"1\"\",b=2\",post_ln,0.001,finished,300,2.5,2.5,30.126,200,12.5\n"
      "pre_ln-0.001-1,pre_ln,0.001,diverged,35,,2,,200,12.5\n"
      "waiting,pre_ln,0.5,waiting,,,,,,\n");
}

TEST(StudyReport, ScoresStandWhereBleuStood) {
  std::vector<studies::CellRecord> cells;
  for (int seed = 1; seed <= 3; ++seed) {
    cells.push_back(cell(kPre, 1e-3, seed, 0));
    cells.back().bleu.reset();
    cells.back().scores = {{"accuracy", 0.6 + 0.1 * seed}, {"f1", 0.5 + 0.1 * seed}};
  }
  cells.push_back(cell(kPost, 1e-3, 1, 0));
  cells.back().bleu.reset();
  cells.back().scores = {{"f1", 0.99}};
  const studies::StudyTable table = make_table(cells, {}, {});
  EXPECT_EQ(table.score_names, (std::vector<std::string>{"accuracy", "f1"}));
  EXPECT_THAT(to_text(table), testing::Not(HasSubstr("BLEU")));
  EXPECT_THAT(to_text(table), HasSubstr("0.8000 (0.7000 to 0.9000)  0.7000 (0.6000 to 0.8000)"));
  EXPECT_THAT(to_csv(table), HasSubstr(",best_valid_loss_nats_per_token,accuracy,f1,updates_to_target_loss,"));
  EXPECT_THAT(to_csv(table), HasSubstr(",,0.99,")) << "it has no accuracy";
  const auto json = to_json(table);
  EXPECT_EQ(json["score"], "accuracy");
  EXPECT_EQ(json["cells"].front().contains("accuracy"), false);
  const auto& summary = json["summary"].back();
  EXPECT_EQ(summary["accuracy"]["n"], 3);
  EXPECT_NEAR(summary["accuracy"]["mean"].get<double>(), 0.8, 1e-12);
  EXPECT_NEAR(summary["f1"]["highest"].get<double>(), 0.8, 1e-12);
  EXPECT_THAT(outcome_text(cells[0]), HasSubstr("accuracy 0.7000, f1 0.6000"));
}

}  // namespace
}  // namespace prenorm::studies
