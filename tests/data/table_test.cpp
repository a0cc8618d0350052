#include "prenorm/data/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/sample_corpus.h"
#include "prenorm/base/error.h"

namespace prenorm::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

class TableTest : public testing::Test {
 protected:
  Table read(std::string_view text) {
    test::write_text(path(), text);
    return read_table(path());
  }
  void expect_refused(std::string_view text, const std::string& where, const std::string& what) {
    EXPECT_THAT([&] { read(text); },
                ThrowsMessage<DataError>(testing::AllOf(HasSubstr(path().string() + where), HasSubstr(what))));
  }
  std::filesystem::path path() const { return folder_ / "table.tsv"; }

  test::TemporaryFolder folder_;
};

TEST_F(TableTest, NamesAndCells) {
  const Table table = read("a\tb\tc\n1\t\"x\t\n\t y\"\tz\n");
  EXPECT_THAT(table.columns, ElementsAre("a", "b", "c"));
  ASSERT_EQ(table.rows.size(), 2U);
  EXPECT_THAT(table.rows[0].cells, ElementsAre("1", "\"x", "")) << "a quote is a character";
  EXPECT_THAT(table.rows[1].cells, ElementsAre("", " y\"", "z"));
  EXPECT_EQ(table.rows[1].line, 3);
  EXPECT_EQ(table.find("c"), 2U);
  EXPECT_EQ(table.find("d"), std::nullopt);
}

TEST_F(TableTest, MarksAndEndsOfLineAreNoText) {
  const Table table = read(
      "\xEF\xBB\xBF"
      "a\tb\r\n1\t2\r\n\n3\t4");
  EXPECT_THAT(table.columns, ElementsAre("a", "b"));
  ASSERT_EQ(table.rows.size(), 2U);
  EXPECT_THAT(table.rows[0].cells, ElementsAre("1", "2"));
  EXPECT_THAT(table.rows[1].cells, ElementsAre("3", "4"));
  EXPECT_EQ(table.rows[1].line, 4);
}

TEST_F(TableTest, AnEmptyLineIsATextWhereThereIsOneColumn) {
  EXPECT_EQ(read("sentence\none\n\nthree\n").rows.size(), 3U);
}

TEST_F(TableTest, TwoColumnsOfOneNameAreRefused) {
  expect_refused("label\ttext\tlabel\n1\ta\t2\n", ":1: ", "two columns are named \"label\"");
  EXPECT_EQ(read("\ttext\t\n1\ta\t2\n").columns.size(), 3U) << "what has no name cannot be asked for";
}

TEST_F(TableTest, Gzip) {
  test::write_gzip(folder_ / "table.tsv", "a\tb\n1\t2\n");
  EXPECT_EQ(read_table(path()).rows.size(), 1U);
}

TEST_F(TableTest, CoLaHasNoNames) {
  const Table table = read("gj04\t1\t\tOur friends won't buy this analysis.\ngj04\t0\t*\tThey drank the pub.\n");
  EXPECT_THAT(table.columns, ElementsAre("source", "label", "star", "sentence"));
  ASSERT_EQ(table.rows.size(), 2U);
  EXPECT_EQ(table.rows[0].line, 1);
  EXPECT_EQ(table.rows[1].cells[3], "They drank the pub.");
}

TEST_F(TableTest, WhatIsNoTable) {
  expect_refused("a\tb\n1\t2\n1\n", ":3", "has 1 columns, the table has 2");
  expect_refused("a\tb\n1\t2\t3\n", ":2", "has 3 columns, the table has 2");
  expect_refused("a\tb\n1\t\xFF\n", ":2", "is not UTF-8");
  expect_refused("", ": ", "has no rows");
  expect_refused("a\tb\n", ": ", "has no rows");
  EXPECT_THROW(read_table(folder_ / "absent.tsv"), FileError);
}

class BrokenRows : public TableTest {
 protected:
  Table read_by(BrokenRowRule rule, std::string_view text) {
    test::write_text(path(), text);
    DataConfig rules;
    rules.broken_rows = rule;
    return read_table(path(), rules);
  }
  void expect_refused_by(BrokenRowRule rule, std::string_view text, const std::string& what) {
    EXPECT_THAT([&] { read_by(rule, text); }, ThrowsMessage<DataError>(HasSubstr(what)));
  }

  // A row with a line break in one of its texts is two lines, as in the published file.
  static constexpr std::string_view kQqp =
      "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n"
      "0\t1\t2\thow are you\thow is it\t1\n"
      "1\t3\t4\twhat is\n"
      "it\twhy\t0\n"
      "2\t5\t6\twho\twhy\t0\n";
};

TEST_F(BrokenRows, OfQqpAreLeftOutAndCounted) {
  const Table table = read_by(BrokenRowRule::kAuto, kQqp);
  ASSERT_EQ(table.rows.size(), 2U);
  EXPECT_EQ(table.rows[1].line, 5);
  EXPECT_EQ(table.broken.count, 2);
  EXPECT_EQ(table.broken.first, path().string() + ":3");
  EXPECT_THAT(dropped_lines(table), ElementsAre(path().string() +
                                                ": 2 rows dropped: another number of columns than 6 "
                                                "(first: " +
                                                path().string() + ":3)"));
  expect_refused_by(BrokenRowRule::kRefuse, kQqp, ":3: has 4 columns, the table has 6");
  expect_refused(kQqp, ":3", "has 4 columns, the table has 6");
}

TEST_F(BrokenRows, OfOtherTablesAreRefusedUnlessTheRuleDropsThem) {
  const std::string_view text = "sentence\tlabel\na\t1\nb\nc\t0\td\n";
  expect_refused_by(BrokenRowRule::kAuto, text, ":3: has 1 columns, the table has 2; columns are separated by tabs");
  expect_refused_by(BrokenRowRule::kAuto, text, "or drop such rows with data.broken_rows = \"drop\"");
  const Table table = read_by(BrokenRowRule::kDrop, text);
  EXPECT_EQ(table.rows.size(), 1U);
  EXPECT_EQ(table.broken.count, 2);
  expect_refused_by(BrokenRowRule::kDrop, "a\tb\n1\n", "1 rows dropped: another number of columns than 2");
}

TEST_F(BrokenRows, LinesThatAreNotUtf8FollowTheirOwnRule) {
  test::write_text(path(), "sentence\tlabel\na\t1\n\xFF\t1\n\xFF\nc\t0\n");
  DataConfig rules;
  EXPECT_THAT([&] { read_table(path(), rules); },
              ThrowsMessage<DataError>(HasSubstr(":3: is not UTF-8; correct the row, or drop such rows with "
                                                 "data.invalid_utf8 = \"drop\"")));
  rules.invalid_utf8 = BadPairRule::kDrop;
  const Table table = read_table(path(), rules);
  EXPECT_EQ(table.rows.size(), 2U);
  EXPECT_EQ(table.invalid_utf8.count, 2);
  EXPECT_EQ(table.invalid_utf8.first, path().string() + ":3");
  EXPECT_EQ(table.broken.count, 0);
  test::write_text(path(), "sent\xFF\tlabel\na\t1\n");
  EXPECT_THROW(read_table(path(), rules), DataError) << "names of columns are needed";
}

}  // namespace
}  // namespace prenorm::data
