// Tasks, digits and texts: their samples, and checks that fail without the property.
#include <gtest/gtest.h>

#include <filesystem>

#include "papers/failed_checks.h"
#include "papers/test_data.h"
#include "prenorm/papers/encoder_convergence/checks.h"
#include "prenorm/papers/real_data/folder.h"

namespace prenorm::papers::encoder_convergence {
namespace {

using test::failed_checks_of;

TEST(ConvergenceChecks, FailForATaskWithoutNeedOfAttention) {
  const TaskRun attends{{0.5, 0.1}, 0.3}, averages{{0.5, 0.3}, 0.125};
  const auto runs = [](std::int64_t width, const TaskRun& root, const TaskRun& inverse) {
    return TaskRuns{width, {TaskSeed{root, inverse}}};
  };
  using All = std::vector<TaskRuns>;
  EXPECT_EQ(failed_checks_of(check_selection, All{runs(64, attends, averages)}), std::set<std::string>{});
  EXPECT_EQ(failed_checks_of(check_selection, All{runs(64, averages, attends)}).size(), 3U);
  EXPECT_EQ(failed_checks_of(check_digits, All{runs(16, attends, attends), runs(256, attends, averages)}),
            std::set<std::string>{});
  EXPECT_EQ(failed_checks_of(check_digits, All{runs(16, attends, averages), runs(256, averages, attends)}).size(), 2U);
}

// Documents of words of their own, and half of them all the same.
TEST(ConvergenceChecks, FailForTextsThatRepeat) {
  std::vector<Document> different, repeated;
  for (int n = 0; n < 60; ++n) {
    Document document;
    for (int i = 0; i < 20; ++i) document.push_back("word " + std::to_string(20 * n + i));
    different.push_back(document);
    repeated.push_back(n % 2 == 0 ? document : different[0]);
  }
  EXPECT_EQ(failed_checks_of(check_text, correlation_of(different)), std::set<std::string>{});
  EXPECT_EQ(failed_checks_of(check_text, correlation_of(repeated)).size(), 2U);
}

TEST(ConvergenceText, TakesTheFirstWordsOfDocuments) {
  std::vector<std::string> lines = {"too short", "", "a b c d e f g h", "i j k l m n o p q r s t u v", "w", ""};
  const auto documents = read_documents(lines, 5);
  ASSERT_EQ(documents.size(), 1U);
  EXPECT_EQ(documents[0].size(), 20U);
  EXPECT_EQ(documents[0].back(), "t");
}

TEST(ConvergenceTasks, FlagOneTokenOfEachSample) {
  const SelectionTask task = selection_task({20, 4, 6}, 1);
  const at::Tensor flags = task.samples.by_sample().select(2, 0);
  for (std::int64_t n = 0; n < 20; ++n) {
    EXPECT_EQ(flags[n].sum().item<double>(), 4);
    EXPECT_EQ(flags[n][task.flagged[static_cast<std::size_t>(n)]].item<double>(), 4);
  }
  EXPECT_EQ(task.samples.labels.abs().sum().item<double>(), 20);
}

TEST(ConvergenceTasks, CutDigitsIntoPatches) {
  const std::filesystem::path data = test::data_folder();
  if (!std::filesystem::exists(data / real_data::kDigitPictures)) GTEST_SKIP() << "no MNIST in " << data;
  const real_data::Digits digits = real_data::read_digits(data);
  EXPECT_EQ(digits.labels[0], 7);
  const Samples samples = digit_samples(digits, 10, 1);
  EXPECT_EQ(samples.tokens.sizes(), at::IntArrayRef({160, 49}));
  EXPECT_NEAR(samples.tokens.mean().item<double>(), 0, 1e-12);
}

}  // namespace
}  // namespace prenorm::papers::encoder_convergence
