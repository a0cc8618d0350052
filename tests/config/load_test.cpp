#include "prenorm/config/load.h"

#include <gtest/gtest.h>

#include "files/temporary_folder.h"
#include "prenorm/base/error.h"
#include "prenorm/config/write.h"
#include "prenorm/files/file.h"

namespace prenorm {
namespace {

// The message of the UsageError that `work` throws.
template <class F>
std::string usage_error(F work) {
  try {
    work();
  } catch (const UsageError& error) {
    EXPECT_EQ(error.exit_code(), 2);
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << "a message is one line";
    return error.what();
  }
  return "no error";
}
std::string text_error(std::string_view toml) {
  return usage_error([&] { load_config_text(toml, "run.toml"); });
}
std::string set_error(const std::string& argument) {
  return usage_error([&] { load_config_text("", "run.toml", std::vector{argument}); });
}

TEST(Load, EmptyTextGivesTheDefaults) {
  const LoadedConfig loaded = load_config_text("", "run.toml");
  EXPECT_EQ(to_toml(loaded.config), to_toml(Config{}));
  EXPECT_EQ(loaded.origin.size(), all_keys().size());
  for (const auto& [key, origin] : loaded.origin) EXPECT_EQ(origin, "default") << key;
}

TEST(Load, TheLastOfDefaultFileAndOverrideWins) {
  const std::vector<std::string> overrides = {"model.d_model=64", "optim.lr = 1e-4", "model.d_model=128"};
  const LoadedConfig loaded = load_config_text("[model]\nd_model = 32\n\nd_ff = 96\n", "run.toml", overrides);
  EXPECT_EQ(loaded.config.model.d_model, 128);
  EXPECT_EQ(loaded.config.model.d_ff, 96);
  EXPECT_EQ(loaded.config.optim.lr, 1e-4);
  EXPECT_EQ(loaded.origin.at("model.d_model"), "--set");
  EXPECT_EQ(loaded.origin.at("model.d_ff"), "run.toml:4");
  EXPECT_EQ(loaded.origin.at("model.num_heads"), "default");
}

TEST(Load, AcceptsEachWayTomlHasToWriteASection) {
  for (const char* toml : {"[model]\nd_model = 64", "model.d_model = 64", "model = { d_model = 64 }",
                           "\xEF\xBB\xBF[model]\r\nd_model = 0x40\r\n", "[ model ]\n\"d_model\" = 6_4 # a comment"})
    EXPECT_EQ(load_config_text(toml, "run.toml").config.model.d_model, 64) << toml;
}

TEST(Load, TakesIntegersAndNumbersForEachOtherWhereExact) {
  const Config config = load_config_text("train.max_steps = 4e3\noptim.lr = 1\n", "run.toml").config;
  EXPECT_EQ(config.train.max_steps, 4000);
  EXPECT_EQ(config.optim.lr, 1.0);
  EXPECT_EQ(text_error("train.max_steps = 4.5"),
            "run.toml:1:7: train.max_steps: expected an integer, got the number 4.5");
  EXPECT_EQ(text_error("train.max_steps = 1e300"),
            "run.toml:1:7: train.max_steps: expected an integer, got the number 1e300");
  // 2^53 + 1 is no double.
  EXPECT_EQ(text_error("optim.lr = 9007199254740993"),
            "run.toml:1:7: optim.lr: expected a number, got the integer 9007199254740993");
}

TEST(Load, NamesThePlaceOfASyntaxError) {
  EXPECT_EQ(text_error("[model]\nd_model = \n"),
            "run.toml:2:11: not valid TOML: expected value, saw '\\n' (key-value pair)");
  EXPECT_EQ(text_error("[model\n").substr(0, 13), "run.toml:1:7:");
  EXPECT_EQ(text_error("a = \"\xff\"\n"), "run.toml:1:5: not valid TOML: Encountered invalid utf-8 sequence");
}

TEST(Load, RefusesAKeyOrSectionGivenTwice) {
  EXPECT_EQ(text_error("[optim]\nlr = 1\nlr = 2\n"),
            "run.toml:3:6: given twice: cannot redefine existing integer 'lr' (key-value pair)");
  EXPECT_EQ(text_error("[optim]\nlr = 1\n[optim]\neps = 0\n"),
            "run.toml:3:1: given twice: cannot redefine existing table 'optim' (table header)");
}

TEST(Load, UnknownKeysComeWithTheNearestKnownOne) {
  EXPECT_EQ(text_error("[model]\nd_modle = 64"),
            "run.toml:2:1: unknown key 'model.d_modle' (did you mean 'model.d_model'?)");
  EXPECT_EQ(text_error("[optim]\nwarmup_steps = 0"),
            "run.toml:2:1: unknown key 'optim.warmup_steps' (did you mean 'schedule.warmup_steps'?)");
  EXPECT_EQ(text_error("dropout = 0.1"), "run.toml:1:1: unknown key 'dropout' (did you mean 'model.dropout'?)");
  EXPECT_EQ(text_error("model.warmup = 0"),
            "run.toml:1:7: unknown key 'model.warmup' (did you mean 'schedule.warmup_steps'?)");
  EXPECT_EQ(text_error("xyzzy = 0.1"),
            "run.toml:1:1: unknown key 'xyzzy'; `prenorm config --reference` lists every key");
  EXPECT_EQ(text_error("[modle]\nd_model = 1").substr(14), "unknown section 'modle' (did you mean 'model'?)");
  EXPECT_EQ(text_error("[optimizer]\nlr = 1").substr(14), "unknown section 'optimizer' (did you mean 'optim'?)");
  EXPECT_EQ(text_error("\"a\\nb\" = 1").substr(14),
            "unknown key 'a\\nb'; `prenorm config --reference` lists every key");
  EXPECT_EQ(text_error("\"model.d_model\" = 1").substr(14),
            "unknown key '\"model.d_model\"' (did you mean 'model.d_model'?)");
}

TEST(Load, ReportsTheFirstMistakeOfTheFile) {
  EXPECT_EQ(text_error("[train]\nseed = -1\n[model]\nd_model = 0\n[data]\nx = 1\n").substr(0, 24),
            "run.toml:2:1: train.seed");
}

TEST(Load, RefusesAWrongType) {
  const std::string at = "run.toml:1:7: model.d_model: expected an integer, got ";
  EXPECT_EQ(text_error("model.d_model = \"64\""), at + "the text \"64\"");
  EXPECT_EQ(text_error("model.d_model = true"), at + "true");
  EXPECT_EQ(text_error("model.d_model = [64]"), at + "an array");
  EXPECT_EQ(text_error("model.d_model = 2020-01-01"), at + "a date or time");
  EXPECT_EQ(text_error("model.d_model.x = 1"), at + "a table");
  EXPECT_EQ(text_error("optim.lr = \"fast\""), "run.toml:1:7: optim.lr: expected a number, got the text \"fast\"");
  EXPECT_EQ(text_error("tokenizer.joint = 1"),
            "run.toml:1:11: tokenizer.joint: expected true or false, got the integer 1");
  EXPECT_EQ(text_error("data.train_source = 1"),
            "run.toml:1:6: data.train_source: expected text in quotes, got the integer 1");
  EXPECT_EQ(text_error("data.train_source = \"a\\u0000b\""),
            "run.toml:1:6: data.train_source: the text has a NUL character");
  EXPECT_EQ(text_error("model = 1"), "run.toml:1:1: 'model' is a section: write [model] and its keys below");
  EXPECT_EQ(text_error("[[model]]\nd_model = 1").substr(14), "'model' is a section: write [model] and its keys below");
}

TEST(Load, RefusesValuesOutOfRange) {
  EXPECT_EQ(text_error("model.d_model = 1"), "run.toml:1:7: model.d_model: 1 is out of range 2 to 65536");
  EXPECT_EQ(text_error("model.dropout = 1.0"), "run.toml:1:7: model.dropout: 1.0 is out of range 0 to 0.99");
  for (const char* value : {"nan", "inf", "-inf", "1e308", "-1e-300"})
    EXPECT_EQ(text_error(std::string("optim.lr = ") + value),
              std::string("run.toml:1:7: optim.lr: ") + value + " is out of range 0 to 1e9");
}

TEST(Load, UnknownChoicesListTheKnownOnes) {
  EXPECT_EQ(
      text_error("model.norm_placement = \"preln\""),
      "run.toml:1:7: model.norm_placement: expected one of \"post_ln\", \"pre_ln\", \"sandwich_ln\", \"deepnorm\", "
      "\"admin\", \"pre_ln_no_final\", \"none\", got \"preln\" (did you mean 'pre_ln'?)");
  EXPECT_EQ(text_error("optim.name = 3"),
            "run.toml:1:7: optim.name: expected one of \"adam\", \"adamw\", \"radam\", \"sgd\", got the integer 3");
  EXPECT_NE(text_error("optim.name = \"" + std::string(5000, 'x') + "\"").find("xxx...\""), std::string::npos);
}

TEST(Load, TooDeepOrTooLargeTextIsRefused) {
  std::string deep = "a";
  for (int i = 0; i < 300'000; ++i) deep += ".a";
  EXPECT_EQ(text_error(deep + " = 1"), "run.toml: is too large for a configuration");
  EXPECT_EQ(text_error(std::string(2 << 20, '\n')), "run.toml: is too large for a configuration");
  EXPECT_EQ(text_error(deep.substr(0, 20'001) + " = 1").substr(0, 27), "run.toml:1:1: unknown secti");
  EXPECT_NE(text_error("a = " + std::string(100'000, '[')), "no error");
}

TEST(Set, TextAndChoicesNeedNoQuotes) {
  const std::vector<std::string> overrides = {"data.train_source=a b=c.en", "data.train_target=\"q.de\"",
                                              "data.prepared_dir=",         "model.norm_placement=post_ln",
                                              "optim.name='sgd'",           "tokenizer.joint=false"};
  const Config config = load_config_text("", "run.toml", overrides).config;
  EXPECT_EQ(config.data.train_source, "a b=c.en");
  EXPECT_EQ(config.data.train_target, "q.de");
  EXPECT_EQ(config.data.prepared_dir, "");
  EXPECT_EQ(config.model.norm_placement, NormPlacement::kPostLn);
  EXPECT_EQ(config.optim.name, OptimizerName::kSgd);
  EXPECT_FALSE(config.tokenizer.joint);
}

TEST(Set, SaysWhatIsWrong) {
  for (const char* text : {"", "model.d_model", "=3"})
    EXPECT_EQ(set_error(text), "--set \"" + std::string(text) + "\": expected section.key=value");
  EXPECT_EQ(set_error("model.num_head=3"), "--set: unknown key 'model.num_head' (did you mean 'model.num_heads'?)");
  EXPECT_EQ(set_error("model.d_model=abc"), "--set: model.d_model: expected an integer, got the text \"abc\"");
  EXPECT_EQ(set_error("model.d_model="), "--set: model.d_model: expected an integer, got the text \"\"");
  EXPECT_EQ(set_error("model.d_model=1"), "--set: model.d_model: 1 is out of range 2 to 65536");
  EXPECT_EQ(set_error("model.d_model=64\nx=1"), "--set: model.d_model: expected an integer, got the text \"64\\nx=1\"");
  EXPECT_EQ(set_error("data.train_source=\xff"), "--set: data.train_source: the text is not UTF-8");
}

TEST(Set, AnOverrideOfAnotherOptionNamesIt) {
  LoadedConfig loaded = load_config_text("", "run.toml");
  apply_override(loaded, {"runtime.threads", "4", "--threads"});
  EXPECT_EQ(loaded.config.runtime.threads, 4);
  EXPECT_EQ(loaded.origin.at("runtime.threads"), "--threads");
  EXPECT_EQ(usage_error([&] {
              apply_override(loaded, {"runtime.threads", "-4", "--threads"});
            }),
            "--threads: runtime.threads: -4 is out of range 0 to 4096");
  EXPECT_EQ(loaded.config.runtime.threads, 4) << "a refused value changes nothing";
}

TEST(LoadFile, ReadsAFileAndARunFolder) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "config.toml", "[train]\nseed = 7\n");
  const LoadedConfig file = load_config(folder / "config.toml");
  EXPECT_EQ(file.config.train.seed, 7);
  EXPECT_EQ(file.origin.at("train.seed"), (folder / "config.toml").string() + ":2");
  EXPECT_EQ(load_run_config(folder.path(), std::vector<std::string>{"train.seed=8"}).config.train.seed, 8);
  EXPECT_THROW(load_config(folder / "missing.toml"), FileError);
  EXPECT_THROW(load_config(folder.path()), FileError);
  EXPECT_NE(usage_error([&] { load_run_config(folder / "missing"); }).find("is not a run folder"), std::string::npos);
}

}  // namespace
}  // namespace prenorm
