#include "prenorm/machine/terminal.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace prenorm {
namespace {

class Terminal : public testing::Test {
 protected:
  // stderr_is_terminal() keeps its first answer: ask it while stderr is a file, wherever the tests are run.
  static void SetUpTestSuite() {
    testing::internal::CaptureStderr();
    EXPECT_FALSE(stderr_is_terminal());
    testing::internal::GetCapturedStderr();
  }
  void SetUp() override { testing::internal::CaptureStderr(); }
  void TearDown() override { be_quiet(false); }
  static std::string shown() { return testing::internal::GetCapturedStderr(); }
};

TEST_F(Terminal, LinesArePlain) {
  inform("a line");
  warn("mind this");
  EXPECT_EQ(shown(), "a line\nwarning: mind this\n");
}

TEST_F(Terminal, QuietLeavesWarnings) {
  be_quiet(true);
  inform("a line");
  warn("mind this");
  {
    Progress progress("work", 10);
    progress.update(10);
  }
  EXPECT_EQ(shown(), "warning: mind this\n");
}

TEST_F(Terminal, ProgressPrintsALineATenth) {
  {
    Progress progress("reading", 1000);
    for (int i = 0; i <= 1000; ++i) progress.update(i, "note");
  }
  const std::string text = shown();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 10);
  EXPECT_EQ(text.find("\033"), std::string::npos);
  EXPECT_EQ(text.find('\r'), std::string::npos);
  EXPECT_NE(text.find("reading  10 %  100/1,000  ETA "), std::string::npos) << text;
  EXPECT_NE(text.find("reading 100 %  1,000/1,000  ETA 0:00  note\n"), std::string::npos) << text;
}

TEST_F(Terminal, ProgressOfUnknownOrPassedTotal) {
  {
    Progress unknown("counting", 0);
    unknown.update(5);
    Progress passed("passed", 10);
    passed.update(25);
    Progress resumed("resumed", 10);
    resumed.start_at(5);
    resumed.update(5);
  }
  const std::string text = shown();
  EXPECT_EQ(text.find("counting"), std::string::npos) << "no tenths of an unknown total";
  EXPECT_NE(text.find("passed 100 %  25/10  ETA 0:00"), std::string::npos) << text;
  EXPECT_NE(text.find("resumed  50 %  5/10  ETA -:--"), std::string::npos) << text;
}

TEST_F(Terminal, WithoutATerminal) {
  EXPECT_FALSE(colours_wanted());
  EXPECT_GT(terminal_columns(), 0);
  shown();
}

TEST(Format, Duration) {
  EXPECT_EQ(format_duration(0), "0:00");
  EXPECT_EQ(format_duration(0.49), "0:00");
  EXPECT_EQ(format_duration(59.5), "1:00");
  EXPECT_EQ(format_duration(245), "4:05");
  EXPECT_EQ(format_duration(3599.4), "59:59");
  EXPECT_EQ(format_duration(3723), "1:02:03");
  EXPECT_EQ(format_duration(360'000), "100:00:00");
  EXPECT_EQ(format_duration(-5), "0:00");
  EXPECT_EQ(format_duration(std::nan("")), "-:--");
  EXPECT_EQ(format_duration(std::numeric_limits<double>::infinity()), "-:--");
  EXPECT_FALSE(format_duration(1e300).empty());
}

TEST(Format, Count) {
  EXPECT_EQ(format_count(0), "0");
  EXPECT_EQ(format_count(999), "999");
  EXPECT_EQ(format_count(1000), "1,000");
  EXPECT_EQ(format_count(1234567), "1,234,567");
  EXPECT_EQ(format_count(-999), "-999");
  EXPECT_EQ(format_count(-123456), "-123,456");
  EXPECT_EQ(format_count(std::numeric_limits<std::int64_t>::min()), "-9,223,372,036,854,775,808");
}

}  // namespace
}  // namespace prenorm
