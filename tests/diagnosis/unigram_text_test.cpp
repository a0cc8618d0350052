// The condition of the warning of a run that may have stalled, and what it says, agree.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "prenorm/diagnosis/diagnosis.h"

namespace prenorm::diagnosis {
namespace {

using ::testing::HasSubstr;

TEST(UnigramLoss, TheSentenceSaysWhatTheConditionMeans) {
  constexpr double kUnigram = 6.381;
  EXPECT_FALSE(at_unigram_loss(0.949 * kUnigram, kUnigram));
  EXPECT_FALSE(at_unigram_loss(6.106, 0)) << "not known";
  EXPECT_TRUE(at_unigram_loss(6.106, kUnigram));
  EXPECT_EQ(at_unigram_loss_text(6.106, kUnigram),
            "6.106 nats per target token, is less than 5 % below the 6.381 given by the frequencies of target tokens "
            "alone");
  EXPECT_TRUE(at_unigram_loss(kUnigram, kUnigram));
  EXPECT_THAT(at_unigram_loss_text(kUnigram, kUnigram), HasSubstr("is not below the 6.381"));
  EXPECT_THAT(at_unigram_loss_text(7, kUnigram), HasSubstr("7.000 nats per target token, is not below the 6.381"));
}

}  // namespace
}  // namespace prenorm::diagnosis
