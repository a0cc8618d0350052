#include "prenorm/tasks/classification_task.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "prenorm/app/classifier.h"
#include "prenorm/app/make_task.h"
#include "prenorm/app/setup.h"
#include "prenorm/app/train.h"
#include "prenorm/base/error.h"
#include "prenorm/io/safetensors.h"
#include "tasks/toy_tables.h"

namespace prenorm::tasks {
namespace {

using runs::RunFolder;
using runs::Validation;
using testing::HasSubstr;
using testing::ThrowsMessage;

class ClassificationTest : public testing::Test {
 protected:
  runs::Validation trained(const Config& config, const std::string& run) {
    return *train(config, runs::RunFolder(tables_ / run), app::Start::kNew).last_validation;
  }

  test::ToyTables tables_{test::toy_classes(1, 200), test::toy_classes(2, 50)};
};

TEST_F(ClassificationTest, LearnsWhatCanBeLearned) {
  const runs::Validation last = trained(tables_.config(), "run");
  ASSERT_EQ(last.scores.size(), 1U);
  EXPECT_EQ(last.scores[0].first, "accuracy");
  EXPECT_EQ(last.scores[0].second, 1);
  EXPECT_LT(last.loss_nats_per_token, 0.1);
}

// The columns of QQP, and in both tables a row with a line break in a text, as in the published files.
TEST_F(ClassificationTest, BrokenRowsOfQqpAreLeftOutOfTrainingAndValidation) {
  for (const char* name : {"train.tsv", "valid.tsv"}) {
    std::string table = "id\tquestion1\tquestion2\tis_duplicate\n";
    RandomStream random(1);
    for (int i = 0; i < 40; ++i) {
      const test::ToyText toy = test::toy_text(random);
      table += fmt::format("{}\t{}\t{}\t{}\n", i, toy.text, i == 7 ? "a\nb" : "ab", toy.good ? 1 : 0);
    }
    write_file_atomically(tables_ / name, table);
  }
  Config config = tables_.config();
  config.train.max_steps = 2;
  const runs::Validation last = trained(config, "run");
  ASSERT_EQ(last.scores.size(), 2U);
  EXPECT_EQ(last.scores[0].first, "accuracy");
  const double of_39 = last.scores[0].second * 39;
  EXPECT_NEAR(of_39, std::round(of_39), 1e-9) << "39 rows are left of 40";
  config.data.broken_rows = BrokenRowRule::kRefuse;
  EXPECT_THAT([&] { trained(config, "refused"); }, ThrowsMessage<DataError>(HasSubstr("train.tsv:9: has 3 columns")));
}

TEST_F(ClassificationTest, TheSameSeedGivesTheSameBits) {
  Config config = tables_.config();
  config.train.max_steps = 20;
  config.model.dropout = 0.1;
  const double loss = trained(config, "a").loss_nats_per_token;
  EXPECT_EQ(trained(config, "b").loss_nats_per_token, loss);
  config.train.seed = 2;
  EXPECT_NE(trained(config, "c").loss_nats_per_token, loss);
}

TEST_F(ClassificationTest, AdminStartsFromABatch) {
  Config config = tables_.config();
  config.model.norm_placement = NormPlacement::kAdmin;
  config.train.max_steps = 5;
  EXPECT_GT(trained(config, "run").loss_nats_per_token, 0);
}

TEST_F(ClassificationTest, TheLossOfABatchIsThatOfItsShares) {
  const Config config = tables_.config();
  const auto tokenizers = app::make_tokenizers(config, tables_ / "prepared");
  const auto task = classification_task(config, tokenizers.source);
  const auto sum = [&](std::int64_t share_tokens) {
    updates::BatchLoss all;
    const updates::LoadedBatch batch = task->load(0, 1, {.tokens = share_tokens});
    for (std::int64_t i = 0; i < batch.shares(); ++i) {
      const updates::BatchLoss share = batch.loss(i, 0, nn::Context{});
      all.nll_sum += share.nll_sum;
      all.target_tokens += share.target_tokens;
      all.source_tokens += share.source_tokens;
      all.model_flops += share.model_flops;
    }
    return all;
  };
  const updates::BatchLoss whole = sum(100'000), parts = sum(20);
  EXPECT_NEAR(parts.nll_sum, whole.nll_sum, 1e-4);
  EXPECT_EQ(parts.target_tokens, whole.target_tokens);
  EXPECT_LE(whole.target_tokens, config.batch.max_sentences) << "a target token is the label of an example";
  EXPECT_EQ(parts.source_tokens, whole.source_tokens);
  EXPECT_GT(whole.model_flops, 0);
  EXPECT_THAT(task->origin(0, 0), HasSubstr("train.tsv, lines "));
  // Chance can make the two classes of 200 rows as unequal as 0.64 to 0.36, at 4 deviations.
  EXPECT_NEAR(task->unigram_nats(), 0.69, 0.04);
  EXPECT_DOUBLE_EQ(task->guess_nats(), std::log(2.0));
}

TEST_F(ClassificationTest, PredictsWithoutItsTable) {
  trained(tables_.config(), "run");
  std::filesystem::remove(tables_ / "train.tsv");
  const app::LoadedClassifier classifier = app::load_classifier(runs::RunFolder(tables_ / "run"), "last");
  EXPECT_THAT(classifier.format.classes, testing::ElementsAre("bad", "good"));
  const data::Table table{"t.tsv", {"sentence"}, {{2, {"abpa"}}, {3, {"abna"}}, {4, {"pcc"}}}};
  const batches::Examples examples =
      batches::make_examples(table, classifier.format, classifier.tokenizer, 16, batches::TableLabels::kIgnored);
  const app::Predictions predictions = predict(classifier, examples);
  EXPECT_THAT(predictions.answers.classes, testing::ElementsAre(1, 0, 1));
  for (const auto& p : predictions.probabilities) EXPECT_NEAR(p[0] + p[1], 1, 1e-12);
}

TEST_F(ClassificationTest, StartsFromAnotherRun) {
  trained(tables_.config(), "first");
  Config config = tables_.config();
  config.train.pretrained = tables_ / "first";
  config.train.max_steps = 1;
  config.optim.lr = 1e-9;
  trained(config, "second");
  const auto weights = [&](const std::string& run) {
    return io::read_safetensors(runs::RunFolder(tables_ / run).find_checkpoint("last") / "model.safetensors").tensors;
  };
  const auto first = weights("first"), second = weights("second");
  for (const auto& [name, value] : first) {
    const double change = (value - second.at(name)).abs().max().item<double>();
    EXPECT_EQ(change > 1e-3, name == "classifier.weight" || name == "classifier.bias") << name;
  }
}

TEST_F(ClassificationTest, SyntheticForMeasuring) {
  Config config = tables_.config();
  config.data = {};
  config.data.sequence_length = 16;
  config.tokenizer.vocab_size = 40;
  const auto task = app::measuring_task(config, {.synthetic = true});
  const updates::LoadedBatch batch = task->load(0, 0, {});
  EXPECT_GT(batch.loss(batch.shares() - 1, 0, nn::Context{}).target_tokens, 0);
}

TEST_F(ClassificationTest, RefusesWhatItWasNotTrainedOn) {
  write_file_atomically(tables_ / "valid.tsv", "sentence\tlabel\nab\tgood\nab\tfair\n");
  EXPECT_THAT(
      [&] { trained(tables_.config(), "run"); },
      ThrowsMessage<DataError>(HasSubstr("valid.tsv:3: the label \"fair\" is not one of those used in training: bad, "
                                         "good")));
  EXPECT_FALSE(std::filesystem::exists(tables_ / "run"));
}

// The squared error has the square of the labels' unit, so no size is out of range.
TEST(Regression, TrainsOnNumbersOfAnySize) {
  const auto value = [](const test::ToyText& toy) { return toy.good ? "450000" : "100000"; };
  const std::string header = "sentence\tscore";
  const test::ToyTables tables(test::toy_table(header, 1, 200, value), test::toy_table(header, 2, 50, value));
  Config config = tables.config();
  config.data.text_column = "sentence";
  config.data.label_column = "score";
  config.data.label_kind = LabelKind::kNumber;
  config.train.max_steps = 5;
  const auto result = train(config, runs::RunFolder(tables / "run"), app::Start::kNew);
  EXPECT_EQ(result.state.step, 5);
  EXPECT_GT(result.state.first_loss, 1e9);
  const auto tokenizers = app::make_tokenizers(config, tables / "prepared");
  EXPECT_EQ(classification_task(config, tokenizers.source)->guess_nats(), 0);
}

TEST(Regression, LearnsNumbers) {
  const auto value = [](const test::ToyText& toy) { return toy.good ? "4.5" : "1"; };
  const std::string header = "sentence\tscore";
  const test::ToyTables tables(test::toy_table(header, 1, 200, value), test::toy_table(header, 2, 50, value));
  Config config = tables.config();
  config.data.text_column = "sentence";
  config.data.label_column = "score";
  config.data.label_kind = LabelKind::kNumber;
  const auto result = train(config, runs::RunFolder(tables / "run"), app::Start::kNew);
  const runs::Validation& last = *result.last_validation;
  ASSERT_EQ(last.scores.size(), 2U);
  EXPECT_EQ(last.scores[0].first, "pearson");
  EXPECT_GT(last.scores[0].second, 0.95);
  EXPECT_EQ(last.scores[1].first, "spearman");
  EXPECT_LT(last.loss_nats_per_token, 0.3) << "the mean squared error; the variance is 3";
  // The variance of two values 3.5 apart. Unequal numbers of both reduce it by at most 0.25, at 4 deviations.
  EXPECT_NEAR(result.state.unigram_nats, 3.0625, 0.3);

  const app::LoadedClassifier classifier = app::load_classifier(runs::RunFolder(tables / "run"), "");
  const data::Table table{"t.tsv", {"sentence"}, {{2, {"abpa"}}, {3, {"abna"}}}};
  const app::Predictions predictions = predict(
      classifier,
      batches::make_examples(table, classifier.format, classifier.tokenizer, 16, batches::TableLabels::kIgnored));
  EXPECT_NEAR(predictions.answers.values.at(0), 4.5, 1);
  EXPECT_NEAR(predictions.answers.values.at(1), 1, 1);
  EXPECT_TRUE(predictions.probabilities.empty());
}

}  // namespace
}  // namespace prenorm::tasks
