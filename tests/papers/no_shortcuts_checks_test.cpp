// The checks hold for measurements with the property that the paper claims, and fail for measurements without it.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "papers/failed_checks.h"
#include "prenorm/papers/no_shortcuts/checks.h"

namespace prenorm::papers::no_shortcuts {
namespace {

using test::failed_checks_of;

// One seed of what the quick form measures.
Initializations measured_networks() { return measure_initializations({1, /*quick=*/true}, Cells()); }

TEST(SlowShortcutChecks, HoldForWhatIsMeasuredAndFailForOtherMethods) {
  Initializations networks = measured_networks();
  EXPECT_EQ(failed_checks_of(check_attention_only, networks), std::set<std::string>{});
  EXPECT_EQ(failed_checks_of(check_blocks, networks), std::set<std::string>{});
  EXPECT_EQ(failed_checks_of(check_feed_forward, networks), std::set<std::string>{});
  for (auto* list : {&networks.gaussian_inputs, &networks.gaussian_queries, &networks.blocks}) {
    // Plain attention changes places with V-SkipInit, U-SPA with E-SPA stays.
    std::swap(list->front().seeds, list->back().seeds);
  }
  const auto attention = failed_checks_of(check_attention_only, networks);
  for (const char* name : {"plain_gaussian_inputs", "plain_collapse", "plain_over_e_spa", "plain_gaussian_queries",
                           "u_spa_over_v_skip_init", "v_skip_init_gaussian_inputs"})
    EXPECT_TRUE(attention.contains(name)) << name;
  const auto blocks = failed_checks_of(check_blocks, networks);
  for (const char* name : {"plain_block_angle", "v_skip_init_block_cosine"}) EXPECT_TRUE(blocks.contains(name)) << name;
  networks.feed_forward.front().seeds = networks.blocks.back().seeds;
  EXPECT_TRUE(failed_checks_of(check_feed_forward, networks).contains("relu_network"));
}

TEST(ShortcutChecks, OfGradientsFailIfTheyDoNotVanish) {
  const GradientProfile level{{1, 1, 1}, {}, {}}, falling{{1, 0.1, 1e-4}, {}, {}};
  const auto profiles = [](const GradientProfile& plain, const GradientProfile& kept) {
    return std::vector<GradientProfiles>{
        {Arm::kPlain, 3, {plain}}, {Arm::kUniform, 3, {kept}}, {Arm::kExponential, 3, {kept}}};
  };
  EXPECT_EQ(failed_checks_of(check_gradients, profiles(falling, level)), std::set<std::string>{});
  EXPECT_EQ(failed_checks_of(check_gradients, profiles(level, falling)).size(), 4U);
}

}  // namespace
}  // namespace prenorm::papers::no_shortcuts
