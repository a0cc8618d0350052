// Real data of experiments, and what is said where it is not there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "files/temporary_folder.h"
#include "papers/test_data.h"
#include "prenorm/base/error.h"
#include "prenorm/files/file.h"
#include "prenorm/papers/real_data/digits.h"

namespace prenorm::papers::real_data {
namespace {

TEST(RealData, IsSkippedByNameWhereItIsNot) {
  EXPECT_THAT(skipped_note("digits", kDigitLabels),
              ::testing::MatchesRegex("Skipped: digits\\. There is no file .*mnist/t10k-labels-idx1-ubyte\\.gz; set "
                                      "PRENORM_TEST_DATA to a folder that has mnist/t10k-labels-idx1-ubyte\\.gz\\."));
}

TEST(RealData, DigitsFromOtherFilesAreAnError) {
  const prenorm::test::TemporaryFolder folder;
  EXPECT_THROW(read_digits(folder.path()), FileError);
  std::filesystem::create_directory(folder / "mnist");
  for (const std::string_view name : {kDigitPictures, kDigitLabels})
    write_file_atomically(folder.path() / name, "not a picture");
  EXPECT_THROW(read_digits(folder.path()), DataError);
}

TEST(RealData, DigitsAreThoseOfMnist) {
  const std::filesystem::path data = test::data_folder();
  if (!std::filesystem::exists(data / kDigitPictures)) GTEST_SKIP() << "no MNIST in " << data;
  const Digits digits = read_digits(data);
  ASSERT_EQ(digits.labels.size(), 10'000U);
  EXPECT_EQ(digits.labels[0], 7);
  EXPECT_EQ(digits.pictures.max().item<double>(), 1);
  EXPECT_EQ(digits.pictures.min().item<double>(), 0);
}

}  // namespace
}  // namespace prenorm::papers::real_data
