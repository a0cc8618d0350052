// An experiment runs once for the same options and continues after a kill. Its folder is kept apart from other files.
#include "prenorm/papers/reproduce.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "files/temporary_folder.h"
#include "papers/made_results.h"
#include "prenorm/base/error.h"
#include "prenorm/files/file.h"
#include "prenorm/files/folder_lock.h"
#include "prenorm/files/json_file.h"

namespace prenorm::papers {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

int runs = 0, cells_computed = 0;
bool killed_in_second_cell = false;

Results run_made(const ExperimentOptions& options, const Cells& cells) {
  ++runs;
  for (std::int64_t seed = 1; seed <= options.seeds; ++seed)
    cells.get("seed " + std::to_string(seed), [&] {
      if (killed_in_second_cell && seed == 2) ::raise(SIGKILL);
      ++cells_computed;
      return json(seed);
    });
  Results results = made_results();
  results.notes.push_back(std::to_string(options.seeds));
  return results;
}

constexpr std::string_view kClaims[] = {"One.", "Two."};
constexpr Experiment kMade{
    .name = "made", .citation = "Nobody", .claims = kClaims, .setup = "Nothing.", .time = "0 s", .run = run_made};

class Reproduce : public testing::Test {
 protected:
  Reproduce() {
    runs = cells_computed = 0;
    killed_in_second_cell = false;
  }
  Reproduced run(const ExperimentOptions& options, const Experiment& experiment = kMade) const {
    return Reproduction(folder_ / "out").run(experiment, options);
  }

  const test::TemporaryFolder folder_;
  const fs::path results_ = folder_ / "out" / "made" / "results.json";
};

TEST_F(Reproduce, RunsOnceForTheSameOptions) {
  const Reproduced first = run({2, false});
  const Reproduced again = run({2, false});
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(to_json(again).dump(), to_json(first).dump());
  EXPECT_EQ(run({2, true}).options.quick, true);
  EXPECT_EQ(run({3, true}).results.notes.back(), "3");
  EXPECT_EQ(runs, 3);
  Experiment newer = kMade;
  newer.version = 2;
  run({3, true}, newer);
  EXPECT_EQ(runs, 4);
}

TEST_F(Reproduce, MoreSeedsComputeOnlyTheNewOnes) {
  run({2, false});
  EXPECT_EQ(cells_computed, 2);
  run({5, false});
  EXPECT_EQ(cells_computed, 5);
}

TEST_F(Reproduce, ContinuesAfterAKill) {
  const pid_t child = ::fork();
  if (child == 0) {
    killed_in_second_cell = true;
    run({3, false});
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  EXPECT_FALSE(fs::exists(results_));
  EXPECT_FALSE(Reproduction(folder_ / "out").kept(kMade).has_value());
  run({3, false});
  EXPECT_EQ(cells_computed, 2) << "the first cell was kept";
  EXPECT_TRUE(fs::exists(results_));
}

TEST_F(Reproduce, WritesOneObjectWithKindAndVersion) {
  run({2, false});
  const json object = read_json(results_);
  EXPECT_EQ(object["kind"], "experiment");
  EXPECT_EQ(object["version"], 1);
  EXPECT_EQ(object["name"], "made");
  EXPECT_EQ(object["claims"].size(), 2U);
  EXPECT_EQ(object["options"]["seeds"], 2);
  EXPECT_EQ(object["pass"], false);
  EXPECT_EQ(object["checks"].size(), 2U);
  const Reproduced back = reproduced_from_json(object, kMade);
  EXPECT_EQ(json(to_json(back)), object);
}

TEST_F(Reproduce, RunsAgainWhereResultsCannotBeRead) {
  run({1, false});
  json other = read_json(results_);
  other["version"] = 2;
  for (const std::string& text : {std::string("{"), std::string("[1]"), other.dump()}) {
    write_file_atomically(results_, text);
    EXPECT_FALSE(Reproduction(folder_ / "out").kept(kMade).has_value()) << text;
    const int before = runs;
    run({1, false});
    EXPECT_EQ(runs, before + 1) << text;
  }
  EXPECT_TRUE(Reproduction(folder_ / "out").kept(kMade).has_value());
}

TEST_F(Reproduce, LeavesFoldersOfOthersAlone) {
  write_file_atomically(folder_ / "out", "a file");
  EXPECT_THROW(run({1, false}), UsageError);
  fs::remove(folder_ / "out");
  fs::create_directory(folder_ / "out");
  write_file_atomically(folder_ / "out" / "notes", "mine");
  EXPECT_THROW(run({1, false}), UsageError);
  EXPECT_EQ(runs, 0);
}

TEST_F(Reproduce, IsOneProcessAtATime) {
  run({1, false});
  FolderLock other(folder_ / "out" / "made");
  ASSERT_TRUE(other.try_lock());
  try {
    run({2, false});
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("another process is computing this experiment"));
  }
}

}  // namespace
}  // namespace prenorm::papers
