// Grids: which cells there are, what they are called, and what is no grid.
#include "prenorm/studies/grid.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "prenorm/base/error.h"

namespace prenorm::studies {
namespace {

using ::testing::HasSubstr;
using Names = std::vector<std::string>;

LoadedConfig base() {
  return load_config_text(
      "[data]\ntrain_source = \"a\"\ntrain_target = \"b\"\n[model]\nnorm_placement = \"post_ln\"\n[optim]\nlr = 1e-3\n",
      "base.toml");
}

std::vector<studies::Cell> cells(const std::vector<std::string>& grid) { return grid_cells(base(), parse_grid(grid)); }

Names names(const std::vector<std::string>& grid) {
  Names result;
  for (const studies::Cell& cell : cells(grid)) result.push_back(cell.name);
  return result;
}

std::string refusal(const std::vector<std::string>& grid) {
  try {
    cells(grid);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "taken";
}

TEST(Grid, IsTheProductInItsOrderWithNamesInTheOrderOfDeclaration) {
  EXPECT_EQ(
      names({"train.seed=1,2", "optim.lr=2e-3,0.001", "model.norm_placement=pre_ln"}),
      (Names{"model.norm_placement=pre_ln,optim.lr=0.002", "model.norm_placement=pre_ln",
             "model.norm_placement=pre_ln,optim.lr=0.002,train.seed=2", "model.norm_placement=pre_ln,train.seed=2"}));
  const std::vector<studies::Cell> all = cells({"optim.lr=2e-3", "train.seed=7"});
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].config.optim.lr, 0.002);
  EXPECT_EQ(all[0].config.train.seed, 7);
  EXPECT_EQ(all[0].config.model.norm_placement, NormPlacement::kPostLn) << "what the grid does not name is the base's";
}

TEST(Grid, TheCellThatChangesNothingIsTheBase) {
  EXPECT_EQ(names({"optim.lr=0.001,1e-2"}), (Names{"base", "optim.lr=0.01"}));
}

TEST(Grid, CellsThatAreTheSameAreOne) {
  EXPECT_EQ(names({"optim.lr=1e-2,0.01,0.0100"}), (Names{"optim.lr=0.01"}));
  EXPECT_EQ(names({"train.max_steps=4e3,4000"}), (Names{"train.max_steps=4000"}));
}

TEST(Grid, EveryKindOfKey) {
  EXPECT_EQ(names({"model.init_query_key_zero=true", "optim.clip_norm=1", "decode.beam=3", "optim.name=radam"}),
            (Names{"model.init_query_key_zero=true,optim.name=radam,optim.clip_norm=1.0,decode.beam=3"}));
}

TEST(Grid, NamesAreFitForFilesAndTellCellsApart) {
  const Names two = names({R"(data.train_source=x/y,"x,y",x_y,x y)"});
  EXPECT_EQ(std::set<std::string>(two.begin(), two.end()).size(), 4U);
  for (const std::string& name : two) EXPECT_EQ(name.find_first_of("/ \""), std::string::npos) << name;
  EXPECT_EQ(two[2], "data.train_source=x_y");
  const std::string a(300, 'a'), b = a + "b";
  const Names longer = names({fmt::format("data.train_source={},{}", a, b)});
  EXPECT_NE(longer[0], longer[1]);
  for (const std::string& name : longer) EXPECT_LE(name.size(), 200U);
  // Cut between two bytes of a character, a name would be no UTF-8.
  for (int shift = 0; shift < 2; ++shift) {
    std::string umlauts(static_cast<std::size_t>(shift), 'x');
    for (int i = 0; i < 150; ++i) umlauts += "ä";
    const std::string name = names({fmt::format("data.train_source={}", umlauts)}).at(0);
    EXPECT_EQ(std::count(name.begin(), name.end(), '\xC3'), std::count(name.begin(), name.end(), '\xA4'));
  }
}

TEST(Grid, MistakesAreOneSentenceThatNamesKeyAndValue) {
  EXPECT_THAT(refusal({"optim.lrr=1"}), HasSubstr("--grid: unknown key 'optim.lrr' (did you mean 'optim.lr'?)"));
  EXPECT_THAT(refusal({"optim.lr=1e-3,-1"}), HasSubstr("--grid: optim.lr: -1.0 is out of range 0 to 1e9"));
  EXPECT_THAT(refusal({"model.norm_placement=pre_ln,mid_ln"}),
              HasSubstr("--grid: model.norm_placement: expected one of"));
  EXPECT_THAT(refusal({"train.seed=1,,2"}), HasSubstr("--grid: train.seed: expected an integer"));
  EXPECT_THAT(refusal({"train.seed="}), HasSubstr("--grid train.seed: no value given"));
  EXPECT_THAT(refusal({"train.seed"}), HasSubstr("--grid \"train.seed\": expected section.key=value,value"));
  EXPECT_THAT(refusal({"=1"}), HasSubstr("expected section.key=value,value"));
  EXPECT_THAT(refusal({"train.seed=1", "optim.lr=1", "train.seed=2"}),
              HasSubstr("--grid train.seed: the key is given twice"));
  const std::string broken = refusal({"model.d_model=256", "model.num_heads=4,3"});
  EXPECT_THAT(broken, HasSubstr("cell model.num_heads=3: model.d_model must be a multiple of model.num_heads"));
  EXPECT_THAT(broken, HasSubstr("model.num_heads = 3"));
}

TEST(Grid, AProductTooLargeIsRefusedBeforeItIsMade) {
  std::string numbers = "1";
  for (int i = 2; i <= 200; ++i) numbers += fmt::format(",{}", i);
  EXPECT_THAT(refusal({"train.seed=" + numbers, "decode.beam=" + numbers}),
              HasSubstr("--grid decode.beam: more than 10000 cells"));
}

}  // namespace
}  // namespace prenorm::studies
