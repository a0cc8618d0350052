// `prenorm reproduce`: what it lists and refuses, what it writes, how it stops and continues.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/command_line.h"
#include "files/temporary_folder.h"
#include "prenorm/files/file.h"
#include "prenorm/files/json_file.h"

namespace prenorm::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(Reproduce, ListsExperimentsWithClaimsAndTime) {
  const Outcome outcome = prenorm({"reproduce"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, StartsWith("xiong2020-theory  ("));
  EXPECT_THAT(outcome.out, HasSubstr("\n\nxiong2020-warmup  ("));
  for (const std::string& line : lines_of(outcome.out)) EXPECT_LE(line.size(), 104U) << line;
  const json object = json::parse(prenorm({"reproduce", "--json"}).out);
  EXPECT_EQ(object["experiments"][0]["name"], "xiong2020-theory");
  EXPECT_EQ(object["experiments"][0]["claims"].size(), 5U);
}

TEST(Reproduce, RefusesWhatItCannotDo) {
  const TemporaryFolder folder;
  const std::string output = folder / "out";
  const Outcome name = prenorm({"reproduce", "xiong2020-theroy", "--output", output});
  EXPECT_EQ(name.code, 2);
  EXPECT_THAT(name.err, HasSubstr("is not an experiment (did you mean 'xiong2020-theory'?)"));
  EXPECT_FALSE(fs::exists(output));
  EXPECT_EQ(prenorm({"reproduce", "all", "--seeds", "0"}).code, 2);
  write_file_atomically(folder / "out/notes", "mine");
  const Outcome others = prenorm({"reproduce", "all", "--output", output});
  EXPECT_EQ(others.code, 2);
  EXPECT_THAT(others.err, HasSubstr("holds something else than reproduced experiments"));
  EXPECT_EQ(folder.names().size(), 1U);
}

TEST(SlowReproduce, WritesResultsAndAPageAndSkipsWhatIsThere) {
  const TemporaryFolder folder;
  const std::string output = folder / "out";
  const Outcome first = prenorm({"reproduce", "xiong2020-figure-3", "--quick", "--output", output});
  ASSERT_EQ(first.code, 0) << first.err;
  EXPECT_THAT(first.out, StartsWith("xiong2020-figure-3, 6 seeds, quick\ncheck "));
  EXPECT_THAT(first.out, HasSubstr("page: " + output + "/report.html\n"));
  EXPECT_THAT(read_file(fs::path(output) / "report.html"), HasSubstr("xiong2020-figure-3"));
  const fs::path results = fs::path(output) / "xiong2020-figure-3" / "results.json";
  const auto written = fs::last_write_time(results);
  const Outcome again = prenorm({"reproduce", "xiong2020-figure-3", "--quick", "--output", output, "--json"});
  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(fs::last_write_time(results), written);
  const json object = json::parse(again.out);
  EXPECT_EQ(object["kind"], "reproduction");
  ASSERT_EQ(object["experiments"].size(), 1U);
  EXPECT_EQ(object["experiments"][0], read_json(results));

  // A check that fails: the exit code and one sentence say so, and the page is there all the same.
  json failing = read_json(results);
  failing["checks"][0]["measured"] = 7;
  write_file_atomically(results, failing.dump());
  const Outcome fails = prenorm({"reproduce", "xiong2020-figure-3", "--quick", "--output", output});
  EXPECT_EQ(fails.code, 1);
  EXPECT_THAT(fails.out, HasSubstr("FAIL"));
  EXPECT_THAT(fails.err,
              StartsWith("error: xiong2020-figure-3: post_ln_exponent (d_model 64) does not hold: measured 7"));
  EXPECT_THAT(read_file(fs::path(output) / "report.html"), HasSubstr("✗ fails"));
}

TEST(SlowReproduce, ContinuesAfterASignal) {
  const TemporaryFolder folder;
  const std::string output = folder / "out", cells = output + "/xiong2020-figure-3/cells";
  const std::string command = "\"$PRENORM\" reproduce xiong2020-figure-3 --quick --output " + output;
  // Its folder of cells holds a file of its version too.
  const Outcome stopped = shell(command + " & pid=$!; while test $(ls " + cells +
                                " 2>/dev/null | wc -l) -lt 3; do kill -0 $pid || exit 99; sleep 0.02; done; " +
                                "kill -TERM $pid; wait $pid");
  EXPECT_EQ(stopped.code, 143) << stopped.err;
  EXPECT_THAT(stopped.err, HasSubstr("run the same command again"));
  EXPECT_FALSE(fs::exists(output + "/xiong2020-figure-3/results.json"));
  const auto kept = std::distance(fs::directory_iterator(cells), fs::directory_iterator());
  EXPECT_GE(kept, 3);
  const Outcome second = shell(command + " >/dev/null");
  EXPECT_EQ(second.code, 0) << second.err;
  EXPECT_GT(std::distance(fs::directory_iterator(cells), fs::directory_iterator()), kept);
}

}  // namespace
}  // namespace prenorm::test
