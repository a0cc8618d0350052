// `prenorm probe --theory` as people and programs run it: all of it, and its exit code.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "cli/command_line.h"

namespace prenorm::test {
namespace {

TEST(SlowProbe, TheTheoryHoldsAtBothWidths) {
  const Outcome outcome = prenorm({"probe", "--theory", "--json"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  std::set<std::string> names;
  const auto answer = nlohmann::json::parse(outcome.out);
  for (const auto& check : answer.at("checks")) {
    EXPECT_TRUE(check["pass"].get<bool>()) << check.dump();
    names.insert(check["name"].get<std::string>() + " " + std::to_string(check["d_model"].get<int>()));
  }
  for (const char* name :
       {"lemma_1", "lemma_2_post_ln", "lemma_2_pre_ln_bounds", "lemma_2_pre_ln_linear", "lemma_3_spectral_norm",
        "theorem_1_post_ln_slope", "theorem_1_pre_ln_slope", "theorem_1_ratio", "order", "profile_post_ln_order",
        "profile_post_ln_growth", "profile_pre_ln_growth"})
    for (const char* width : {" 128", " 256"}) EXPECT_TRUE(names.contains(std::string(name) + width)) << name << width;
}

}  // namespace
}  // namespace prenorm::test
