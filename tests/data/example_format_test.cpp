#include "prenorm/data/example_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "data/sample_corpus.h"
#include "prenorm/base/error.h"

namespace prenorm::data {
namespace {

using metrics::Score;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;
using Scores = std::vector<Score>;
using Words = std::vector<std::string>;

Table table_of(Words columns, const std::vector<Words>& rows) {
  Table table{"t.tsv", std::move(columns), {}};
  for (const Words& cells : rows) table.rows.push_back({std::ssize(table.rows) + 2, cells});
  return table;
}

struct Layout {
  const char* task;
  Words columns;
  std::vector<Words> rows;
  Words texts;  // text, second text, label
  Words classes;
  Scores scores;
};

const std::vector<Layout>& layouts() {
  static const std::vector<Layout> list{{"MRPC",
                                         {"Quality", "#1 ID", "#2 ID", "#1 String", "#2 String"},
                                         {{"1", "7", "8", "a", "b"}, {"0", "7", "8", "a", "c"}},
                                         {"#1 String", "#2 String", "Quality"},
                                         {"0", "1"},
                                         {Score::kAccuracy, Score::kF1}},
                                        {"RTE",
                                         {"index", "sentence1", "sentence2", "label"},
                                         {{"0", "a", "b", "not_entailment"}, {"1", "a", "b", "entailment"}},
                                         {"sentence1", "sentence2", "label"},
                                         {"entailment", "not_entailment"},
                                         {Score::kAccuracy}},
                                        {"WNLI",
                                         {"index", "sentence1", "sentence2", "label"},
                                         {{"0", "a", "b", "1"}, {"1", "a", "b", "0"}},
                                         {"sentence1", "sentence2", "label"},
                                         {"0", "1"},
                                         {Score::kAccuracy}},
                                        {"CoLA",
                                         {"source", "label", "star", "sentence"},
                                         {{"gj04", "1", "", "a"}, {"gj04", "0", "*", "b"}},
                                         {"sentence", "", "label"},
                                         {"0", "1"},
                                         {Score::kMatthews}},
                                        {"SST-2",
                                         {"sentence", "label"},
                                         {{"a", "1"}, {"b", "0"}},
                                         {"sentence", "", "label"},
                                         {"0", "1"},
                                         {Score::kAccuracy}},
                                        {"QQP",
                                         {"id", "qid1", "qid2", "question1", "question2", "is_duplicate"},
                                         {{"1", "2", "3", "a", "b", "0"}, {"1", "2", "3", "a", "b", "1"}},
                                         {"question1", "question2", "is_duplicate"},
                                         {"0", "1"},
                                         {Score::kAccuracy, Score::kF1}},
                                        {"MNLI",
                                         {"index", "sentence1", "sentence2", "label1", "gold_label"},
                                         {{"1", "a", "b", "neutral", "neutral"},
                                          {"1", "a", "b", "x", "entailment"},
                                          {"1", "a", "b", "", "contradiction"}},
                                         {"sentence1", "sentence2", "gold_label"},
                                         {"contradiction", "entailment", "neutral"},
                                         {Score::kAccuracy}},
                                        {"QNLI",
                                         {"index", "question", "sentence", "label"},
                                         {{"1", "a", "b", "entailment"}, {"1", "a", "b", "not_entailment"}},
                                         {"question", "sentence", "label"},
                                         {"entailment", "not_entailment"},
                                         {Score::kAccuracy}},
                                        {"STS-B",
                                         {"index", "genre", "source1", "source2", "sentence1", "sentence2", "score"},
                                         {{"0", "news", "x", "y", "a", "b", "3.800"}},
                                         {"sentence1", "sentence2", "score"},
                                         {},
                                         {Score::kPearson, Score::kSpearman}}};
  return list;
}

TEST(ExampleFormat, TablesOfGlueAreKnownByTheirColumns) {
  for (const Layout& layout : layouts()) {
    SCOPED_TRACE(layout.task);
    const ExampleFormat format = format_of(table_of(layout.columns, layout.rows), {});
    EXPECT_EQ((Words{format.text, format.second_text, format.label}), layout.texts);
    EXPECT_EQ(format.classes, layout.classes);
    EXPECT_EQ(format.scores, layout.scores);
  }
}

// As GLUE publishes them: an index in front, and no labels.
TEST(ExampleFormat, TestTablesNeedNoLabels) {
  for (const Layout& layout : layouts()) {
    SCOPED_TRACE(layout.task);
    const ExampleFormat format = format_of(table_of(layout.columns, layout.rows), {});
    Words columns{"index", format.text};
    if (!format.second_text.empty()) columns.push_back(format.second_text);
    const Table test = table_of(columns, {Words(columns.size(), "x")});
    const ExampleColumns found = columns_of(test, format, /*optional_label=*/true);
    EXPECT_EQ(found.text, 1U);
    EXPECT_EQ(found.second_text.has_value(), !format.second_text.empty());
    EXPECT_FALSE(found.label);
    EXPECT_THAT(
        [&] { columns_of(test, format, false); },
        ThrowsMessage<DataError>(HasSubstr("t.tsv:1: the column " + format.label + " is missing; it has index")));
  }
}

const Words kOwn{"utterance", "answer", "intent", "strength"};
Table own_table() { return table_of(kOwn, {{"hello", "hi", "greet", "1"}, {"bye", "so long", "part", "2.5"}}); }

TEST(ExampleFormat, OtherTablesByTheNamesGiven) {
  DataConfig config;
  config.text_column = "utterance";
  config.label_column = "intent";
  ExampleFormat format = format_of(own_table(), config);
  EXPECT_EQ(format.second_text, "");
  EXPECT_THAT(format.classes, ElementsAre("greet", "part"));
  EXPECT_THAT(format.scores, ElementsAre(Score::kAccuracy, Score::kF1));

  config.second_text_column = "answer";
  config.label_column = "strength";
  config.label_kind = LabelKind::kNumber;
  format = format_of(own_table(), config);
  EXPECT_EQ(format.second_text, "answer");
  EXPECT_TRUE(format.classes.empty());
  EXPECT_THAT(format.scores, ElementsAre(Score::kPearson, Score::kSpearman));

  config.label_kind = LabelKind::kClass;
  Table three = own_table();
  three.rows.push_back({9, {"a", "b", "c", "3"}});
  format = format_of(three, config);
  EXPECT_THAT(format.classes, ElementsAre("1", "2.5", "3"));
  EXPECT_THAT(format.scores, ElementsAre(Score::kAccuracy)) << "F1 is of two classes";
}

TEST(ExampleFormat, WhatTheColumnsDoNotGiveIsNamed) {
  const auto refused = [](const Table& table, const DataConfig& config, const std::string& what) {
    EXPECT_THAT([&] { format_of(table, config); }, ThrowsMessage<DataError>(HasSubstr(what)));
  };
  refused(own_table(), {}, "t.tsv:1: not a GLUE table");
  refused(own_table(), {}, "utterance, answer, intent, strength");
  DataConfig config;
  config.text_column = "text";
  config.label_column = "intent";
  refused(own_table(), config, "t.tsv:1: no column \"text\" (data.text_column); the columns are: utterance");
  config.text_column = "utterance";
  config.label_column = "class";
  refused(own_table(), config, "no column \"class\" (data.label_column)");
  config.label_column = "";
  refused(own_table(), config, "set data.label_column to one of");
  config.label_column = "intent";
  config.second_text_column = "reply";
  refused(own_table(), config, "no column \"reply\" (data.second_text_column)");
  refused(table_of({"sentence", "label"}, {{"a", "1"}, {"b", "1"}}), {}, "all labels are \"1\"");
  refused(table_of({"sentence", "label"}, {{"a", "1"}, {"b", ""}}), {}, "t.tsv:3: has no label");
}

TEST(ExampleFormat, LabelsOutsideTheSet) {
  const Table table = table_of({"sentence", "label"}, {{"a", "no"}, {"b", "yes"}, {"c", "perhaps"}});
  ExampleFormat format = format_of(table, {});
  EXPECT_EQ(class_of(table, table.rows[1], 1, format), 2);
  format.classes = {"no", "yes"};
  EXPECT_EQ(class_of(table, table.rows[1], 1, format), 1);
  EXPECT_THAT([&] { class_of(table, table.rows[2], 1, format); },
              ThrowsMessage<DataError>("t.tsv:4: the label \"perhaps\" is not one of those used in training: no, yes"));
}

TEST(ExampleFormat, ScoresThatAreNoNumbers) {
  const Table table = table_of({"score"}, {{"3.25"}, {"-1e2"}, {""}, {"3.2.5"}, {"nan"}, {"4 "}});
  EXPECT_EQ(number_of(table, table.rows[0], 0), 3.25);
  EXPECT_EQ(number_of(table, table.rows[1], 0), -100);
  for (std::size_t i = 2; i < table.rows.size(); ++i) {
    EXPECT_THAT([&] { number_of(table, table.rows[i], 0); },
                ThrowsMessage<DataError>(HasSubstr("in column score is not a number")));
  }
}

TEST(ExampleFormat, OutlivesItsTable) {
  const test::TemporaryFolder folder;
  for (const Layout& layout : layouts()) {
    const ExampleFormat format = format_of(table_of(layout.columns, layout.rows), {});
    write_format(folder / "labels.json", format);
    const ExampleFormat again = read_format(folder / "labels.json");
    EXPECT_EQ(again.text, format.text);
    EXPECT_EQ(again.second_text, format.second_text);
    EXPECT_EQ(again.label, format.label);
    EXPECT_EQ(again.classes, format.classes);
    EXPECT_EQ(again.scores, format.scores);
  }
  for (const char* damage : {"", "{}", "[1]", "{\"text_column\":3}"}) {
    test::write_text(folder / "labels.json", damage);
    EXPECT_THROW(read_format(folder / "labels.json"), DataError) << damage;
  }
}

// The counts of GLUE's splits.
TEST(ExampleFormat, TheTablesOfMrpcAndRte) {
  const char* given = std::getenv("PRENORM_TEST_DATA");
  const std::filesystem::path glue =
      std::filesystem::path(given != nullptr ? given : PRENORM_TEST_DIR "/../../shared/data") / "glue";
  if (!std::filesystem::exists(glue)) GTEST_SKIP() << glue << " is not there";
  struct Expected {
    const char* file;
    const char* label;
    std::size_t rows;
    std::int64_t count;  // of the label
  };
  for (const Expected& e :
       {Expected{"MRPC/train.tsv", "1", 3668, 2474}, Expected{"MRPC/dev.tsv", "1", 408, 279},
        Expected{"RTE/train.tsv", "entailment", 2490, 1249}, Expected{"RTE/dev.tsv", "entailment", 277, 146}}) {
    const Table table = read_table(glue / e.file);
    const ExampleFormat format = format_of(table, {});
    EXPECT_EQ(table.rows.size(), e.rows) << e.file;
    const std::size_t column = *columns_of(table, format, false).label;
    EXPECT_EQ(std::count_if(table.rows.begin(), table.rows.end(),
                            [&](const TableRow& row) { return row.cells[column] == e.label; }),
              e.count)
        << e.file;
    EXPECT_EQ(format.classes.size(), 2U);
  }
}

}  // namespace
}  // namespace prenorm::data
