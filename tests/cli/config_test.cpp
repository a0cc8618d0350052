#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "cli/command_line.h"
#include "files/temporary_folder.h"
#include "prenorm/files/file.h"

namespace prenorm::test {
namespace {

class ConfigCommand : public testing::Test {
 protected:
  ConfigCommand() { write_file_atomically(file_, kToml); }

  static constexpr std::string_view kToml =
      "[data]\ntrain_source = \"a.en\"\ntrain_target = \"a.de\"\n\n[model]\nd_model = 64\n";
  const TemporaryFolder folder_;
  const std::filesystem::path file_ = folder_ / "run.toml";
};

// The columns of the line of `key`: its value and where that came from.
std::pair<std::string, std::string> row_of(const std::string& text, const std::string& key) {
  for (const std::string& line : lines_of(text)) {
    std::istringstream words(line);
    std::string name, value, origin;
    words >> name >> value >> origin;
    if (name == key) return {value, origin};
  }
  return {};
}

TEST_F(ConfigCommand, ShowsWhereEachValueCameFrom) {
  const Outcome outcome =
      prenorm({"config", file_, "--set", "optim.lr=1e-4", "--set=model.num_heads=2", "--set", "model.num_heads=8"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  using Row = std::pair<std::string, std::string>;
  EXPECT_EQ(row_of(outcome.out, "model.d_model"), Row("64", file_.string() + ":6"));
  EXPECT_EQ(row_of(outcome.out, "data.train_source"), Row("\"a.en\"", file_.string() + ":2"));
  EXPECT_EQ(row_of(outcome.out, "optim.lr"), Row("0.0001", "--set"));
  EXPECT_EQ(row_of(outcome.out, "model.num_heads"), Row("8", "--set"));
  EXPECT_EQ(row_of(outcome.out, "model.d_ff").second, "default");
}

TEST_F(ConfigCommand, SetTakesOneValueAndLeavesTheFile) {
  const Outcome outcome = prenorm({"config", "--set", "model.d_model=128", file_});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(row_of(outcome.out, "model.d_model").second, "--set");
}

TEST_F(ConfigCommand, JsonHasEveryValueAndOrigin) {
  const Outcome outcome = prenorm({"config", file_, "--json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  const nlohmann::json answer = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(answer["config"]["model"]["d_model"], 64);
  EXPECT_EQ(answer["origin"]["model.d_model"], file_.string() + ":6");
  std::size_t keys = 0;
  for (const auto& [name, section] : answer["config"].items()) keys += section.size();
  EXPECT_EQ(keys, answer["origin"].size());
}

TEST_F(ConfigCommand, ARunFolderStandsForItsConfiguration) {
  std::filesystem::create_directory(folder_ / "run");
  EXPECT_EQ(prenorm({"config", folder_ / "run"}).code, 2);
  write_file_atomically(folder_ / "run" / "config.toml", kToml);
  const Outcome outcome = prenorm({"config", folder_ / "run"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(row_of(outcome.out, "model.d_model").first, "64");
}

TEST_F(ConfigCommand, TheReferenceIsAConfiguration) {
  const Outcome reference = prenorm({"config", "--reference"});
  ASSERT_EQ(reference.code, 0);
  write_file_atomically(file_, reference.out);
  const Outcome outcome =
      prenorm({"config", file_, "--set", "data.train_source=a", "--set", "data.train_target=b", "--json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  for (const auto& [key, origin] : nlohmann::json::parse(outcome.out)["origin"].items())
    EXPECT_NE(origin, "default") << key;
}

TEST_F(ConfigCommand, PagesInTheRepositoryAreUpToDate) {
  const std::filesystem::path root = PRENORM_TEST_DIR "/..";
  EXPECT_EQ(prenorm({"config", "--reference"}).out, read_file(root / "examples/reference.toml"));
  EXPECT_EQ(prenorm({"config", "--markdown"}).out, read_file(root / "docs/configuration.md"));
}

TEST_F(ConfigCommand, MistakesAreUsageErrors) {
  const auto error = [&](std::vector<std::string> arguments) {
    const Outcome outcome = prenorm(arguments);
    EXPECT_EQ(outcome.code, 2);
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(lines_of(outcome.err).size(), 1U) << outcome.err;
    return outcome.err;
  };
  EXPECT_EQ(error({"config", file_, "--set", "model.dmodel=3"}),
            "error: --set: unknown key 'model.dmodel' (did you mean 'model.d_model'?)\n");
  EXPECT_NE(error({"config", file_, "--set", "model.d_model"}).find("expected section.key=value"), std::string::npos);
  EXPECT_NE(error({"config", file_, "--set", "model.num_heads=7"}).find("multiple of model.num_heads"),
            std::string::npos);
  write_file_atomically(file_, "[model]\nd_modle = 3\n");
  EXPECT_EQ(error({"config", file_}),
            "error: " + file_.string() + ":2:1: unknown key 'model.d_modle' (did you mean 'model.d_model'?)\n");
  std::filesystem::remove(file_);
  EXPECT_EQ(prenorm({"config", file_}).code, 1) << "a missing file is not a usage error";
}

}  // namespace
}  // namespace prenorm::test
