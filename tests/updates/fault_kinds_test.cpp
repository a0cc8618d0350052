// The kinds of faults, when they are detected, and what a control batch shows.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>

#include "enum_values.h"
#include "prenorm/updates/fault.h"
#include "training/fault_fixture.h"

namespace prenorm::updates {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

updates::Update update_of(double loss_nats, std::int64_t target_tokens, double grad_norm = 1) {
  updates::Update update;
  update.loss_nats = loss_nats;
  update.target_tokens = target_tokens;
  update.grad_norm = grad_norm;
  return update;
}

TEST(FaultKinds, EachIsSeenBeforeTheUpdateOrAfterIt) {
  const std::map<updates::FaultKind, bool> before{
      {updates::FaultKind::kLossNotFinite, true},    {updates::FaultKind::kGradientNotFinite, true},
      {updates::FaultKind::kLossTooLarge, true},     {updates::FaultKind::kLossSpike, true},
      {updates::FaultKind::kGradientSpike, true},    {updates::FaultKind::kLossRatio, false},
      {updates::FaultKind::kWeightNotFinite, false}, {updates::FaultKind::kValidationNotFinite, false}};
  for (const updates::FaultKind kind : prenorm::testing::all_values<updates::FaultKind>())
    EXPECT_EQ(before_the_update(kind), before.at(kind)) << enum_name(kind);
}

TEST(FaultKinds, ALossIsTooLargeBesideAGuessOfTheTask) {
  const TrainConfig config;
  const auto kind = [&](double loss, double guess) -> std::optional<updates::FaultKind> {
    const std::optional<updates::Fault> fault = find_fault(update_of(10 * loss, 10), {}, config, guess);
    return fault ? std::optional(fault->kind) : std::nullopt;
  };
  const double of_two = std::log(2.0), of_many = std::log(32'000.0);
  EXPECT_EQ(kind(200, of_two), std::nullopt);
  EXPECT_EQ(kind(220, of_two), updates::FaultKind::kLossTooLarge);
  EXPECT_EQ(kind(220, of_many), std::nullopt);
  EXPECT_EQ(kind(3200, of_many), updates::FaultKind::kLossTooLarge);
  EXPECT_EQ(kind(1e12, 0), std::nullopt) << "the square of a number in whatever unit";
  EXPECT_EQ(kind(kInfinity, 0), updates::FaultKind::kLossNotFinite);
}

TEST(FaultKinds, AnUpdateWithoutTargetTokensHasNoGradientAndNoLoss) {
  const updates::Update none = update_of(0, 0, 0);
  EXPECT_EQ(none.scale(), 0);
  EXPECT_EQ(none.loss(), 0);
  EXPECT_EQ(none.nll(), 0);
  EXPECT_FALSE(find_fault(none, {}, {}, 3.5));
  EXPECT_DOUBLE_EQ(update_of(6, 4).scale(), 0.25);
  EXPECT_DOUBLE_EQ(update_of(6, 4).loss(), 1.5);
}

TEST(FaultKinds, AComparedBatchIsFineBesideWhatItWasAndBesideAGuess) {
  const auto fine = [](double loss, double expected, double guess) {
    return updates::ControlBatch{.loss = loss, .expected = expected, .guess = guess}.is_fine();
  };
  EXPECT_TRUE(fine(3, 2, 3.5));
  EXPECT_FALSE(fine(4.5, 2, 3.5));
  EXPECT_FALSE(fine(90, 80, 3.5)) << "it was as bad when it was trained on: the model is at fault";
  EXPECT_TRUE(fine(30, 0, 3.5));
  EXPECT_FALSE(fine(40, 0, 3.5));
  EXPECT_TRUE(fine(1e9, 0, 0)) << "without a guess nothing is known of its unit";
  EXPECT_FALSE(fine(std::nan(""), 0, 0));
}

class ComparedBatch : public training::FaultTest {};

TEST_F(ComparedBatch, WithoutTargetTokensIsNotFine) {
  const Config config = fault_config(OnFault::kStop);
  const std::filesystem::path prepared = *text_ / "prepared";
  training::BrokenTask task(config, app::make_tokenizers(config, prepared), prepared, {.empty_batch = 0});
  EXPECT_FALSE(control_batch(task, {}, 0, 0).is_fine());
  EXPECT_TRUE(control_batch(task, {}, 0, 1).is_fine());
  EXPECT_DOUBLE_EQ(control_batch(task, {}, 0, 1).guess,
                   std::log(static_cast<double>(task.model().target_vocabulary())));
}

}  // namespace
}  // namespace prenorm::updates
