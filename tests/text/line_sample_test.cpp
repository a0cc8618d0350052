#include "prenorm/text/line_sample.h"

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "files/temporary_folder.h"
#include "prenorm/files/file.h"
#include "test_seed.h"

namespace prenorm::text {
namespace {

std::vector<std::string> sample(const std::filesystem::path& path, std::int64_t max_lines, std::uint64_t key) {
  LineSample lines(path, max_lines, key);
  std::vector<std::string> result;
  for (std::string line; lines.next(line);) result.push_back(line);
  EXPECT_EQ(lines.size(), std::ssize(result));
  return result;
}

TEST(LineSample, TakesEveryUsableLineWhenThereAreFew) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "text",
                        "\xEF\xBB\xBF"
                        "a\n\n \nb\r\n\xff\nc" +
                            std::string("\n") + std::string(kLongestTrainingLine + 1, 'x') + "\nd");
  const std::vector<std::string> all{"a", "b", "c", "d"};
  EXPECT_EQ(sample(folder / "text", 4, 1), all);
  EXPECT_EQ(sample(folder / "text", 100, 1), all);
}

TEST(LineSample, EverySubsetIsEquallyLikely) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "text", "0\n1\n2\n3\n4\n");
  std::map<std::string, int> seen;
  constexpr int kTrials = 3000;
  for (int key = 0; key < kTrials; ++key) {
    const auto lines = sample(folder / "text", 2, test::test_seed(static_cast<std::uint64_t>(key)));
    ASSERT_EQ(lines.size(), 2U);
    ++seen[lines[0] + lines[1]];
  }
  // Ten subsets; the standard deviation of a count of 300 is 16.4.
  EXPECT_EQ(seen.size(), 10U);
  for (const auto& [subset, count] : seen) EXPECT_NEAR(count, kTrials / 10.0, 5 * 16.4) << subset;
}

}  // namespace
}  // namespace prenorm::text
