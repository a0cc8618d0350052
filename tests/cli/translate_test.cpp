#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

#include "cli/tiny_translator.h"

namespace prenorm::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using Words = std::vector<std::string>;

class TranslateCommand : public TinyTranslator {
 protected:
  static Outcome translate(const std::string& input, const Words& more = {}, const fs::path& run_folder = run()) {
    Words words = {"translate", run_folder};
    words.insert(words.end(), more.begin(), more.end());
    return prenorm(words, {input, false, {}});
  }
  static Words translated(const std::string& input, const Words& more = {}) {
    const Outcome outcome = translate(input, more);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return lines_of(outcome.out);
  }
};

TEST_F(TranslateCommand, ALineForEachLineInOrder) {
  const Words lines = translated("ba de\n\nko\n   \nmi mo ma da\nba de\n");
  ASSERT_EQ(lines.size(), 6U);
  EXPECT_EQ(lines[1], "");
  EXPECT_EQ(lines[3], "");
  EXPECT_EQ(lines[0], lines[5]);
  // Each line as if it had been alone.
  for (const std::size_t i : {0U, 2U, 4U}) {
    EXPECT_NE(lines[i], "");
    EXPECT_EQ(translated(Words{"ba de", "", "ko", "", "mi mo ma da"}[i] + "\n"), Words{lines[i]});
  }
}

TEST_F(TranslateCommand, EndsOfLineAndOfInput) {
  const Words expected = translated("ba de\nko\n");
  EXPECT_EQ(translated("ba de\r\nko\r\n"), expected);
  EXPECT_EQ(translated("ba de\nko"), expected);
  EXPECT_EQ(translated("\xEF\xBB\xBF"
                       "ba de\nko\n"),
            expected);
  EXPECT_EQ(translated(""), Words{});
  EXPECT_EQ(translated("\n"), Words{""});
}

TEST_F(TranslateCommand, NBest) {
  const Words lines = translated("ba de\n\nko\n", {"--beam", "4", "--n-best", "3"});
  ASSERT_EQ(lines.size(), 7U) << "three, one for the empty line, three";
  double score = 1;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string number = i < 3 ? "0" : i == 3 ? "1" : "2";
    EXPECT_THAT(lines[i], MatchesRegex(number + " \\|\\|\\| [a-z ]* ?\\|\\|\\| -?[0-9]+\\.[0-9]{6}"));
    const double its = std::stod(lines[i].substr(lines[i].rfind(' ')));
    const bool first_of_its_line = i == 0 || i == 3 || i == 4;
    EXPECT_TRUE(first_of_its_line || its <= score);
    score = its;
  }
  const std::string best = lines[0].substr(6, lines[0].rfind(" |||") - 6);
  EXPECT_EQ(translated("ba de\n", {"--beam", "4"}), Words{best});
}

TEST_F(TranslateCommand, OptionsOfTheSearch) {
  const Words greedy = translated(read_file(source()), {"--beam", "1"});
  EXPECT_EQ(greedy.size(), 12U);
  EXPECT_EQ(translated(read_file(source()), {"--beam", "1", "--threads", "2"}), greedy);
  expect_refused(translate("ba\n", {"--beam", "2", "--n-best", "3"}), 2, "decode.n_best must be at most decode.beam");
  expect_refused(translate("ba\n", {"--beam", "0"}), 2, "--beam");
}

TEST_F(TranslateCommand, Checkpoints) {
  const std::string text = read_file(source());
  EXPECT_EQ(translated(text), translated(text, {"--checkpoint", "average"})) << "the first there is";
  EXPECT_EQ(translated(text, {"--checkpoint", "last"}), translated(text, {"--checkpoint", "60"}));
  EXPECT_EQ(translated(text, {"--checkpoint", "best"}).size(), 12U);
  expect_refused(translate("ba\n", {"--checkpoint", "lst"}), 2,
                 "--checkpoint \"lst\": expected average, best, last or the number of a step");
  expect_refused(translate("ba\n", {"--checkpoint", "50"}), 1,
                 "no checkpoint 50; there are those of updates 20, 40, 60");
}

TEST_F(TranslateCommand, NoRunFolder) {
  expect_refused(translate("ba\n", {}, *text_ / "absent"), 2, "is not a run folder, it has no config.toml");
  expect_refused(translate("ba\n", {}, std::string(5000, 'x')), 2, "is not a run folder");
  expect_refused(prenorm({"translate"}), 2, "RUN is missing");
}

TEST_F(TranslateCommand, ADamagedRun) {
  const fs::path copy = copy_of_run();
  const fs::path model = copy / "checkpoints/average/model.safetensors";
  const std::string good = read_file(model);
  std::string bad = good;
  bad[good.size() / 2] ^= 1;
  for (const std::string& content : {bad, good.substr(0, 1000), std::string()}) {
    write_file_atomically(model, content);
    expect_refused(translate("ba\n", {}, copy), 1, "average/model.safetensors: the checkpoint is damaged");
    expect_refused(translate("ba\n", {"--checkpoint", "average"}, copy), 1, "--checkpoint");
  }
  EXPECT_EQ(translate("ba\n", {"--checkpoint", "last"}, copy).code, 0);
  write_file_atomically(copy / "vocabulary.model", "nonsense");
  expect_refused(translate("ba\n", {"--checkpoint", "last"}, copy), 1, "copy/vocabulary.model: ");
  fs::remove(copy / "vocabulary.model");
  expect_refused(translate("ba\n", {"--checkpoint", "last"}, copy), 1, ".model: cannot be opened");
}

TEST_F(TranslateCommand, AConfigurationThatIsNotThatOfTheWeights) {
  const fs::path copy = copy_of_run();
  change_config(copy, "d_model = 16", "d_model = 32");
  expect_refused(
      translate("ba\n", {}, copy), 1,
      "the checkpoint belongs to another architecture: tensor embedding.weight is [32, 16] there and [32, 32] here");
  change_config(copy, "d_model = 32", "d_model = 16");
  change_config(copy, "encoder_layers = 1", "encoder_layers = 2");
  expect_refused(translate("ba\n", {}, copy), 1, "it has no tensor encoder.layers.1.");
  change_config(copy, "encoder_layers = 2", "encoder_layers = 0");
  expect_refused(translate("ba\n", {}, copy), 1, "this model has no tensor encoder.layers.0.");
  change_config(copy, "encoder_layers = 0", "encoder_layers = 1");
  change_config(copy, "num_heads = 2", "num_heads = 3");
  expect_refused(translate("ba\n", {}, copy), 2, "model.d_model must be a multiple of model.num_heads");
}

TEST_F(TranslateCommand, InputThatCannotBeRead) {
  expect_refused(translate("ba de\nb\xE9\n"), 1, "standard input:2: the line is not UTF-8");
  const auto closed = [] { ::close(STDIN_FILENO); };
  expect_refused(prenorm({"translate", run()}, {"", false, closed}), 1,
                 "standard input: cannot be read: Bad file desc");
  const auto folder = [] { ::dup2(::open("/", O_RDONLY), STDIN_FILENO); };
  expect_refused(prenorm({"translate", run()}, {"", false, folder}), 1, "standard input: cannot be read: Is a dir");
}

TEST_F(TranslateCommand, OutputThatCannotBeWritten) {
  const auto full = [] { ::dup2(::open("/dev/full", O_WRONLY), STDOUT_FILENO); };
  expect_refused(prenorm({"translate", run()}, {"ba\n", false, full}), 1,
                 "the translation cannot be written: No space left on device");
}

}  // namespace
}  // namespace prenorm::test
