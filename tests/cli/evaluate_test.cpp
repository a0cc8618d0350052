#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "cli/tiny_translator.h"

namespace prenorm::test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using Words = std::vector<std::string>;

class EvaluateCommand : public TinyTranslator {
 protected:
  static Outcome evaluate(const std::string& source, const std::string& reference, const Words& more = {}) {
    Words words = {"evaluate", run(), "--source", source, "--reference", reference};
    words.insert(words.end(), more.begin(), more.end());
    return prenorm(words);
  }
  static Outcome evaluate(const Words& more = {}) { return evaluate(source(), reference(), more); }
};

TEST_F(EvaluateCommand, IsTranslateAndScore) {
  const Outcome outcome = evaluate({"--json", "--beam", "3"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const nlohmann::json answer = nlohmann::json::parse(outcome.out);
  const Outcome hypothesis = prenorm({"translate", run(), "--beam", "3"}, {read_file(source()), false, {}});
  const nlohmann::json score =
      nlohmann::json::parse(prenorm({"score", "--reference", reference(), "--json"}, {hypothesis.out, false, {}}).out);
  EXPECT_GT(answer["chrf"], 0);
  EXPECT_EQ(answer["bleu"], score["bleu"]);
  EXPECT_EQ(answer["chrf"], score["chrf"]);
  EXPECT_EQ(answer["signature"], score["bleu_signature"]);
  EXPECT_EQ(answer["chrf_signature"], score["chrf_signature"]);
  EXPECT_EQ(answer["brevity_penalty"], score["brevity_penalty"]);
  EXPECT_EQ(answer["lines"], 12);
  EXPECT_EQ(answer["beam"], 3);
  EXPECT_EQ(answer["length_penalty"], 1);
  EXPECT_EQ(answer["checkpoint"], (run() / "checkpoints/average").string());
  EXPECT_GT(answer["translating_seconds"], 0);
}

TEST_F(EvaluateCommand, IsWhatTheRunSaysOfItsLastCheckpoint) {
  const nlohmann::json answer = nlohmann::json::parse(evaluate({"--json", "--checkpoint", "last"}).out);
  const nlohmann::json results = read_json(run() / "results.json");
  EXPECT_DOUBLE_EQ(answer["bleu"], results["last"]["bleu"]);
  EXPECT_EQ(answer["signature"], results["last"]["bleu_signature"]);
  EXPECT_DOUBLE_EQ(nlohmann::json::parse(evaluate({"--json"}).out)["bleu"], results["average"]["bleu"]);
}

TEST_F(EvaluateCommand, ForPeople) {
  const Outcome outcome = evaluate();
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const Words lines = lines_of(outcome.out);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_THAT(lines[0], StartsWith("BLEU = "));
  EXPECT_THAT(lines[1], StartsWith("chrF2 = "));
  EXPECT_THAT(lines[2], StartsWith("12 lines in "));
}

TEST_F(EvaluateCommand, BadInput) {
  const std::string absent = *text_ / "absent", latin1 = *text_ / "latin1", empty = *text_ / "empty";
  write_file_atomically(latin1, "ba\nb\xE9\n");
  write_file_atomically(empty, "");
  expect_refused(evaluate(absent, reference()), 1, absent + ": ");
  expect_refused(evaluate(source(), absent), 1, absent + ": ");
  expect_refused(evaluate(latin1, latin1), 1, latin1 + ":2: the line is not UTF-8");
  expect_refused(evaluate(source(), latin1), 1, latin1 + ":2: the line is not UTF-8");
  expect_refused(evaluate(*text_ / "train.src", reference()), 1, "train.src has 200 lines but ");
  expect_refused(evaluate(empty, empty), 1, empty + ": the file is empty, there is nothing to translate");
  expect_refused(prenorm({"evaluate", run(), "--source", source()}), 2, "--reference is missing");
  expect_refused(evaluate({"--checkpoint", "frist"}), 2, "--checkpoint \"frist\"");
}

}  // namespace
}  // namespace prenorm::test
