#include "prenorm/config/write.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "prenorm/config/fields.h"
#include "prenorm/config/validate.h"
#include "prenorm/files/file.h"

namespace prenorm {
namespace {
namespace fs = std::filesystem;

const fs::path kRoot = fs::path(PRENORM_TEST_DIR).parent_path();

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

TEST(Keys, HaveHelpAndDefaultsWithinTheirRanges) {
  Config config;
  std::set<std::string> seen;
  for (const config::Field& field : config::fields_of(config)) {
    EXPECT_GT(field.help.size(), 4U) << field.key;
    EXPECT_EQ(field.help.find('\n'), std::string_view::npos) << field.key;
    EXPECT_TRUE(seen.insert(field.key).second) << field.key << " is declared twice";
    EXPECT_LE(field.range.lowest, field.range.highest) << field.key;
    config::Scalar value = false;
    if (const auto* integer = std::get_if<std::int64_t*>(&field.slot)) value = **integer;
    if (const auto* number = std::get_if<double*>(&field.slot)) value = **number;
    if (value.index() == 0) continue;
    EXPECT_EQ(config::assign(field, value), "") << field.key;
  }
  EXPECT_GT(seen.size(), 50U);
}

TEST(Keys, AreListedForHelpAndCompletion) {
  const std::vector<KeyInfo> keys = all_keys();
  Config config;
  EXPECT_EQ(keys.size(), config::fields_of(config).size());
  EXPECT_EQ(keys.front().key, "task");
  for (const KeyInfo& key : keys) {
    EXPECT_EQ(key.choices.empty(), key.type != "choice") << key.key;
    EXPECT_FALSE(key.default_value.empty()) << key.key;
    if (key.key != "model.norm_placement") continue;
    EXPECT_EQ(key.choices, (std::vector<std::string>{"post_ln", "pre_ln", "sandwich_ln", "deepnorm", "admin",
                                                     "pre_ln_no_final", "none"}));
    EXPECT_EQ(key.default_value, "\"pre_ln\"");
  }
}

TEST(Json, HasEveryValueWithItsType) {
  Config config;
  config.model.d_model = 64;
  const nlohmann::json json = to_json(config);
  EXPECT_EQ(json["model"]["d_model"], 64);
  EXPECT_TRUE(json["model"]["d_model"].is_number_integer());
  EXPECT_TRUE(json["optim"]["clip_norm"].is_number_float());
  EXPECT_EQ(json["model"]["norm_placement"], "pre_ln");
  EXPECT_EQ(json["tokenizer"]["joint"], true);
  EXPECT_EQ(json["data"]["train_source"], "");
  std::size_t values = 0;
  for (const auto& section : json) values += section.size();
  EXPECT_EQ(values, all_keys().size());
}

TEST(Explain, ShowsValuesAndOriginsInColumns) {
  const LoadedConfig loaded =
      load_config_text("[data]\ntrain_source = \"a.en\"\n", "run.toml", std::vector<std::string>{"train.seed=9"});
  const std::vector<std::string> lines = lines_of(explain(loaded));
  EXPECT_EQ(lines.size(), all_keys().size());
  const std::size_t value_column = lines[1].find("\"a.en\""), origin_column = lines[1].find("run.toml:2");
  ASSERT_NE(value_column, std::string::npos);
  ASSERT_NE(origin_column, std::string::npos);
  for (const std::string& line : lines) {
    EXPECT_EQ(line[value_column - 1], ' ') << line;
    EXPECT_NE(line[value_column], ' ') << line;
    EXPECT_EQ(line[origin_column - 1], ' ') << line;
    EXPECT_NE(line[origin_column], ' ') << line;
    if (line.starts_with("train.seed ")) {
      EXPECT_EQ(line[value_column], '9');
      EXPECT_EQ(line.substr(origin_column), "--set");
    }
  }
}

TEST(Explain, ALongPathMovesOnlyItsOwnOrigin) {
  Config config;
  LoadedConfig loaded = load_config_text("", "run.toml");
  loaded.config.data.train_source = std::string(300, 'x');
  const std::vector<std::string> lines = lines_of(explain(loaded));
  EXPECT_TRUE(lines[1].ends_with("x\"  default"));
  EXPECT_LT(lines[2].size(), 100U);
}

TEST(Reference, HoldsTheDefaults) {
  const LoadedConfig loaded = load_config_text(reference_toml(), "reference.toml");
  EXPECT_EQ(to_toml(loaded.config), to_toml(Config{}));
  for (const auto& [key, origin] : loaded.origin) EXPECT_NE(origin, "default") << key;
  for (const std::string& line : lines_of(reference_toml())) EXPECT_LE(line.size(), 120U) << line;
}

TEST(Reference, TheFileInExamplesIsUpToDate) {
  EXPECT_EQ(read_file(kRoot / "examples/reference.toml"), reference_toml())
      << "write it anew: prenorm config --reference > examples/reference.toml";
}

TEST(Reference, ThePageInDocsIsUpToDate) {
  EXPECT_EQ(read_file(kRoot / "docs/configuration.md"), reference_markdown())
      << "write it anew: prenorm config --markdown > docs/configuration.md";
}

TEST(Reference, ThePageHasARowForEachKeyAndARuleForEachRule) {
  const std::vector<std::string> lines = lines_of(reference_markdown());
  std::size_t rows = 0;
  // A table of keys has four columns; that of the texts of each task has two.
  for (const std::string& line : lines)
    rows += line.starts_with("| `") && std::count(line.begin(), line.end(), '|') >= 5 ? 1 : 0;
  EXPECT_EQ(rows, all_keys().size());
  for (const config::Rule& rule : config::rules())
    EXPECT_NE(reference_markdown().find(rule.requirement), std::string::npos) << rule.requirement;
}

TEST(Examples, LoadAndHoldEveryRule) {
  int files = 0;
  for (const auto& entry : fs::directory_iterator(kRoot / "examples")) {
    if (entry.path().extension() != ".toml") continue;
    ++files;
    // The reference has defaults only, and the text to train on has none.
    std::vector<std::string> overrides;
    if (entry.path().filename() == "reference.toml") overrides = {"data.train_source=a", "data.train_target=b"};
    EXPECT_NO_THROW(validate(load_config(entry.path(), overrides).config)) << entry.path();
  }
  EXPECT_GE(files, 3);
}

}  // namespace
}  // namespace prenorm
