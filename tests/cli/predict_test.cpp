#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/command_line.h"
#include "cli/tiny_translator.h"
#include "prenorm/config/write.h"
#include "tasks/toy_tables.h"

namespace prenorm::test {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using Words = std::vector<std::string>;

// Trained once for all tests; classes `bad` and `good`.
class PredictCommand : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    tables_ = new ToyTables(toy_classes(1, 200), toy_classes(2, 40));
    be_quiet(false);  // what the command says is looked at here
    write_file_atomically(*tables_ / "toy.toml", to_toml(tables_->config()));
    const Outcome outcome = prenorm({"train", *tables_ / "toy.toml", "--run", run(), "--quiet"});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("accuracy 1.0000"));
  }
  static void TearDownTestSuite() { delete tables_; }

  static fs::path run() { return *tables_ / "run"; }
  static fs::path table(const std::string& content) {
    write_file_atomically(*tables_ / "given.tsv", content);
    return *tables_ / "given.tsv";
  }
  static Outcome predict(const fs::path& given, const Words& more = {}) {
    Words words = {"predict", run(), given};
    words.insert(words.end(), more.begin(), more.end());
    return prenorm(words);
  }
  static void expect_refused(const Outcome& outcome, int code, const std::string& what) {
    EXPECT_EQ(outcome.code, code);
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(lines_of(outcome.err).size(), 1U) << outcome.err;
    EXPECT_THAT(outcome.err, testing::StartsWith("error: "));
    EXPECT_THAT(outcome.err, HasSubstr(what));
  }

  static inline ToyTables* tables_ = nullptr;
};

TEST_F(PredictCommand, ALineAnExampleInOrder) {
  const Outcome outcome = predict(table("id\tsentence\n7\tabpac\n8\tdnb\n9\tpp\n"));
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(lines_of(outcome.out),
              ElementsAre("index\tprediction\tprobability", MatchesRegex("0\tgood\t[01]\\.[0-9]{6}"),
                          MatchesRegex("1\tbad\t[01]\\.[0-9]{6}"), MatchesRegex("2\tgood\t[01]\\.[0-9]{6}")));
  EXPECT_THAT(outcome.err, HasSubstr("3 examples"));
  EXPECT_THAT(outcome.err, testing::Not(HasSubstr("accuracy"))) << "there are no labels";
}

TEST_F(PredictCommand, LabelsAreScored) {
  const Outcome outcome = predict(table("label\tsentence\ngood\tabpac\ngood\tdnb\nbad\tanc\ngood\tpcc\n"));
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(lines_of(outcome.out).size(), 5U);
  EXPECT_THAT(outcome.err, HasSubstr("4 examples, accuracy 0.7500"));
}

TEST_F(PredictCommand, JsonIsOneObjectAndTheTableGoesToAFile) {
  const fs::path file = *tables_ / "out.tsv";
  const Outcome outcome = predict(*tables_ / "valid.tsv", {"--json", "--output", file, "--probabilities"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const auto json = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(json["examples"], 40);
  EXPECT_EQ(json["accuracy"], 1);
  EXPECT_EQ(json["output"], file.string());
  const Words lines = lines_of(read_file(file));
  ASSERT_EQ(lines.size(), 41U);
  EXPECT_EQ(lines[0], "index\tprediction\tbad\tgood");
  for (std::size_t i = 1; i < lines.size(); ++i) EXPECT_THAT(lines[i], MatchesRegex("[0-9]+\t(bad|good)\t.*\t.*"));
}

TEST_F(PredictCommand, TheTableMayBeStandardInput) {
  const std::string rows = "sentence\nabpac\ndnb\n";
  const Outcome file = predict(table(rows));
  const Outcome input = prenorm({"predict", *tables_ / "run", "-"}, {.input = rows});
  EXPECT_EQ(input.code, 0) << input.err;
  EXPECT_EQ(input.out, file.out);
  expect_refused(prenorm({"predict", *tables_ / "run", "-"}, {.input = "text\nab\n"}), 1,
                 "standard input:1: the column sentence is missing");
}

TEST_F(PredictCommand, TheOutputReplacesNothingThatIsRead) {
  const fs::path given = table("sentence\nabpac\n");
  fs::create_symlink(given.filename(), *tables_ / "link.tsv");
  for (const fs::path& output : {given, *tables_ / "link.tsv", *tables_ / "run/config.toml"}) {
    const std::string before = read_file(output);
    expect_refused(predict(given, {"--output", output}), 2, "would replace what is read");
    EXPECT_EQ(read_file(output), before);
  }
}

TEST_F(PredictCommand, WhatCannotBePredicted) {
  expect_refused(predict(table("text\nab\n")), 1, "given.tsv:1: the column sentence is missing; it has text");
  expect_refused(predict(table("sentence\tlabel\nab\tgood\nab\tfair\n")), 1,
                 "given.tsv:3: the label \"fair\" is not one of those used in training: bad, good");
  expect_refused(predict(table("sentence\tlabel\nab\n")), 1, "given.tsv:2: has 1 columns, the table has 2");
  expect_refused(predict(*tables_ / "absent.tsv"), 1, "absent.tsv");
  expect_refused(prenorm({"predict", *tables_ / "absent", *tables_ / "valid.tsv"}), 2, "absent");
  expect_refused(predict(*tables_ / "valid.tsv", {"--checkpoint", "7"}), 1, "no checkpoint 7");
}

using PredictOfAnotherTask = TinyTranslator;

TEST_F(PredictOfAnotherTask, IsRefused) {
  write_file_atomically(*text_ / "t.tsv", "sentence\nab\n");
  expect_refused(prenorm({"predict", run(), *text_ / "t.tsv"}), 2, "was trained with task = \"translation\"");
}

}  // namespace
}  // namespace prenorm::test
