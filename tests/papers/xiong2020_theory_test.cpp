// The checks pass in the setting they are about and fail if its assumptions do not hold.
#include "prenorm/papers/xiong2020/theory.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "prenorm/base/json.h"
#include "prenorm/papers/xiong2020/depth_checks.h"
#include "prenorm/papers/xiong2020/lemma_checks.h"
#include "prenorm/probe/simplified_setting.h"
#include "test_seed.h"

namespace prenorm::papers::xiong2020 {
namespace {

TheoryOptions small() {
  TheoryOptions o;
  o.widths = {128};
  o.depths = {4, 8, 16};
  o.seeds = 6;
  o.first_seed = test::test_seed(1);
  return o;
}

const Check& named(const std::vector<Check>& checks, const std::string& name) {
  for (const Check& c : checks)
    if (c.name == name) return c;
  throw std::out_of_range(name);
}

std::vector<Check> depth_checks(const TheoryOptions& o) {
  return check_over_depth(o, measure_depths(o, 128, Cells()), 128);
}

TEST(Theory, LemmasHoldAtAnyWidth) {
  for (const std::int64_t d : {32, 128}) {
    for (const Check& c : check_lemma_1(d, test::test_seed(1))) EXPECT_TRUE(c.pass()) << c.name << " " << c.measured;
    for (const Check& c : check_lemma_3(d, test::test_seed(1))) EXPECT_TRUE(c.pass()) << c.name << " " << c.measured;
  }
}

TEST(Theory, HoldsForPostAndPreLn) {
  for (const Check& c : depth_checks(small())) EXPECT_TRUE(c.pass()) << c.name << " " << c.measured;
}

// With the placements swapped, what Theorem 1 says about one does not hold for the other.
TEST(Theory, FailsWherePlacementsAreSwapped) {
  TheoryOptions o = small();
  std::swap(o.post, o.pre);
  const auto checks = depth_checks(o);
  for (const char* name : {"lemma_2_post_ln", "lemma_2_pre_ln_bounds", "lemma_2_pre_ln_increment",
                           "theorem_1_post_ln_slope", "theorem_1_pre_ln_slope", "theorem_1_ratio", "order"})
    EXPECT_FALSE(named(checks, name).pass()) << name << " " << named(checks, name).measured;
}

TEST(Theory, NotANumberDoesNotPass) {
  const Check c{"c", "s", at_width(1), std::numeric_limits<double>::quiet_NaN(), 0, {-1, 1}, ""};
  EXPECT_FALSE(c.pass());
}

TEST(Theory, JsonHasWhatAProgramNeeds) {
  const auto json = theory_json(std::vector<Check>{
      {"one", "Lemma 1", at_width(128), 1.005, 1, {0.99, 1.01}, "what"},
      {"two", "Figure 3", at_width(128), 3, 2, {2, std::numeric_limits<double>::infinity()}, "at least"}});
  EXPECT_EQ(json[0]["source"], "Xiong et al. 2020, Lemma 1");
  EXPECT_NEAR(json[0]["tolerance"].get<double>(), 0.01, 1e-12);
  EXPECT_TRUE(json[0]["pass"].get<bool>());
  EXPECT_TRUE(json[1]["tolerance"].is_null());
  EXPECT_TRUE(json[1]["accepted"][1].is_null());
  EXPECT_EQ(json[1]["accepted"][0], 2);
  const std::vector<Check> back = theory_from_json(nlohmann::json(json));
  EXPECT_EQ(title_of(back[0]), "one (d_model 128)");
  EXPECT_EQ(back[0].measured, 1.005);
  EXPECT_EQ(accepted_text(back[1]), "at least 2");
  EXPECT_TRUE(back[0].pass() && back[1].pass());
  EXPECT_THROW(theory_from_json(nlohmann::json::array({{{"name", "one"}}})), JsonError);
}

TEST(SimplifiedSetting, IsThatOfTheProofs) {
  const probe::SimplifiedSetting setting{
      .placement = NormPlacement::kPostLn, .layers = 2, .d_model = 64, .sequences = 2, .seed = test::test_seed(1)};
  const probe::SimplifiedMeasurement m = measure(setting);
  // Attention is the exact average, so all positions of a sequence have the same state.
  ASSERT_EQ(m.attention.size(), 0U);
  // The loss of random labels among 1000, with logits of variance 1.
  EXPECT_NEAR(m.loss_nats_per_token, std::log(1000) + 0.5, 0.5);
  EXPECT_NEAR(m.state("encoder.layers.0.self_attention.output").squared_norm_over_d, 1, 1e-3);
  EXPECT_EQ(m.last_layers.size(), 2U);
  const probe::SimplifiedMeasurement again = measure(setting);
  EXPECT_EQ(m.last_layers[1].gradient_norm, again.last_layers[1].gradient_norm);
  // Without a matrix after attention, the average over 16 unrelated inputs has 1/16 of their squared norm.
  EXPECT_NEAR(m.state("encoder.layers.0.self_attention.branch").squared_norm_over_d, 1.0 / 16, 0.02);
}

}  // namespace
}  // namespace prenorm::papers::xiong2020
