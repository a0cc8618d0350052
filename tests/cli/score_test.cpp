#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "files/temporary_folder.h"
#include "prenorm/files/file.h"

namespace prenorm::test {
namespace {

namespace fs = std::filesystem;

fs::path golden_folder() {
  const char* given = std::getenv("PRENORM_TEST_DATA");
  const fs::path data = given != nullptr ? given : PRENORM_TEST_DIR "/../../shared/data";
  return data / "bleu";
}

// The options under which sacreBLEU recorded a row.
std::vector<std::string> options_of(const nlohmann::json& row) {
  std::vector<std::string> options = {"--metric", row["metric"]};
  if (row.contains("tokenize")) options.insert(options.end(), {"--tokenize", row["tokenize"]});
  if (row.contains("word_order"))
    options.insert(options.end(), {"--word-order", std::to_string(row["word_order"].get<int>())});
  if (row.value("lowercase", false)) options.push_back("--lowercase");
  return options;
}

void expect_text(const nlohmann::json& row, const Outcome& outcome) {
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const std::vector<std::string> lines = lines_of(outcome.out);
  ASSERT_EQ(lines.size(), 2U);
  const std::string name = row["metric"] == "bleu" ? "BLEU" : row["word_order"] == 2 ? "chrF2++" : "chrF2";
  std::string expected = fmt::format("{} = {:.2f}", name, row["score"].get<double>());
  if (row["metric"] == "bleu") expected += " (";
  EXPECT_EQ(lines[0].substr(0, expected.size()), expected);
  EXPECT_EQ(lines[1], row["signature"].get<std::string>());
}

void expect_json(const nlohmann::json& row, const Outcome& outcome) {
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  const nlohmann::json answer = nlohmann::json::parse(outcome.out);
  EXPECT_NEAR(answer[row["metric"].get<std::string>()].get<double>(), row["score"].get<double>(), 1e-9);
  EXPECT_EQ(answer["signature"], row["signature"]);
  if (row["metric"] == "chrf") {
    EXPECT_EQ(answer["chrf_signature"], row["signature"]);
    return;
  }
  for (std::size_t n = 0; n < 4; ++n)
    EXPECT_NEAR(answer["precisions"][n].get<double>(), row["precisions"][n].get<double>(), 1e-9);
  EXPECT_NEAR(answer["brevity_penalty"].get<double>(), row["bp"].get<double>(), 1e-9);
  EXPECT_EQ(answer["hypothesis_length"], row["hyp_len"]);
  EXPECT_EQ(answer["reference_length"], row["ref_len"]);
}

TEST(Score, EveryRowOfSacrebleuAsTextAndAsJson) {
  if (!fs::is_directory(golden_folder())) GTEST_SKIP() << "no " << golden_folder();
  int rows = 0;
  for (const auto& entry : fs::directory_iterator(golden_folder())) {
    if (entry.path().extension() != ".json") continue;
    const std::string base = (golden_folder() / entry.path().stem()).string();
    for (const nlohmann::json& row : nlohmann::json::parse(read_file(entry.path()))) {
      SCOPED_TRACE(base + " " + row["signature"].get<std::string>());
      std::vector<std::string> arguments = {"score", "--reference", base + ".ref", base + ".hyp"};
      for (const std::string& option : options_of(row)) arguments.push_back(option);
      expect_text(row, prenorm(arguments));
      arguments.push_back("--json");
      expect_json(row, prenorm(arguments));
      ++rows;
    }
  }
  EXPECT_GE(rows, 40);
}

class ScoreFiles : public testing::Test {
 protected:
  std::string file(const std::string& name, const std::string& content) {
    write_file_atomically(folder_ / name, content);
    return (folder_ / name).string();
  }
  const TemporaryFolder folder_;
};

TEST_F(ScoreFiles, ThePerfectTranslation) {
  const std::string reference = file("r", "the cat sat on the mat\n");
  const Outcome outcome = prenorm({"score", "--reference", reference, reference});
  EXPECT_EQ(outcome.out,
            "BLEU = 100.00 (100.0/100.0/100.0/100.0, brevity penalty 1.00, hypothesis/reference length 6/6)\n"
            "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.5.1\n");
}

TEST_F(ScoreFiles, StandardInputIsTheHypothesis) {
  const std::string reference = file("r", "a b c d e\n\nf g h i j\n");
  const std::string hypothesis = "a b c d e\n\nf g h x j\n";
  const std::string expected = prenorm({"score", "--reference", reference, file("h", hypothesis)}).out;
  EXPECT_NE(expected, "");
  const std::vector<std::string> arguments = {"score", "--reference", reference};
  EXPECT_EQ(prenorm(arguments, {hypothesis, false, {}}).out, expected);
  EXPECT_EQ(prenorm({"score", "-", "--reference", reference}, {hypothesis, false, {}}).out, expected);
  EXPECT_EQ(prenorm(arguments, {"a b c d e\r\n\r\nf g h x j", false, {}}).out, expected) << "other ends of lines";
}

TEST_F(ScoreFiles, ALongPipeIsReadWhole) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += fmt::format("line {} of many\n", i);
  const Outcome outcome = prenorm({"score", "--json", "--reference", file("r", text)}, {text, false, {}});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(nlohmann::json::parse(outcome.out)["lines"], 20'000);
  EXPECT_NEAR(nlohmann::json::parse(outcome.out)["bleu"].get<double>(), 100, 1e-9);
}

TEST_F(ScoreFiles, EachBadInputIsOneSentence) {
  const std::string one = file("one", "a\n"), two = file("two", "a\nb\n"), none = file("none", ""),
                    latin1 = file("latin1", "a\n\xE4\n"), missing = (folder_ / "missing").string();
  const auto error = [&](const std::string& reference, const std::string& hypothesis) {
    const Outcome outcome = prenorm({"score", "--reference", reference, hypothesis});
    EXPECT_EQ(outcome.code, 1);
    EXPECT_EQ(outcome.out, "");
    return outcome.err;
  };
  EXPECT_EQ(error(two, one), fmt::format("error: {} has 1 line but {} has 2 lines; line N of one must translate line N "
                                         "of the other\n",
                                         one, two));
  EXPECT_EQ(error(two, none), fmt::format("error: {} has no lines but {} has 2 lines; line N of one must translate "
                                          "line N of the other\n",
                                          none, two));
  EXPECT_EQ(error(none, none), fmt::format("error: {}: the file is empty, there is nothing to score against\n", none));
  EXPECT_EQ(error(two, missing), fmt::format("error: {}: cannot be opened: No such file or directory\n", missing));
  EXPECT_EQ(error(folder_.path().string(), two),
            fmt::format("error: {}: is a folder, not a file\n", folder_.path().string()));
  EXPECT_EQ(error(two, latin1), fmt::format("error: {}:2: not UTF-8; convert the file\n", latin1));
}

TEST_F(ScoreFiles, AnOptionThatChangesNothingIsRefused) {
  const std::string text = file("t", "a\n");
  EXPECT_EQ(prenorm({"score", "--reference", text, text, "--word-order", "2"}).code, 2);
  EXPECT_EQ(prenorm({"score", "--reference", text, text, "--metric", "chrf", "--tokenize", "char"}).code, 2);
  EXPECT_EQ(prenorm({"score", "--reference", text, text, "--word-order", "2", "--json"}).code, 0);
}

}  // namespace
}  // namespace prenorm::test
