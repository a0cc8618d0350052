// Every score that sacreBLEU 2.5.1 recorded for the shared texts: NAME.hyp, NAME.ref, NAME.json.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "prenorm/files/file.h"
#include "prenorm/files/line_reader.h"
#include "prenorm/metrics/bleu.h"
#include "prenorm/metrics/chrf.h"

namespace prenorm::metrics {
namespace {

constexpr double kTolerance = 1e-9;

std::filesystem::path golden_folder() {
  const char* given = std::getenv("PRENORM_TEST_DATA");
  const std::filesystem::path data = given != nullptr ? given : PRENORM_TEST_DIR "/../../shared/data";
  return data / "bleu";
}

std::vector<std::string> read_lines(const std::filesystem::path& path) {
  std::vector<std::string> lines;
  LineReader reader(path);
  for (std::string line; reader.next(line);) lines.push_back(line);
  return lines;
}

BleuTokenizer tokenizer_named(const std::string& name) {
  for (const auto& [tokenizer, its_name] : EnumNames<BleuTokenizer>::values)
    if (its_name == name) return tokenizer;
  ADD_FAILURE() << "no tokenizer " << name;
  return BleuTokenizer::kNone;
}

void expect_bleu(const nlohmann::json& row, const BleuScore& score) {
  EXPECT_NEAR(score.score, row["score"].get<double>(), kTolerance);
  for (std::size_t n = 0; n < kBleuOrder; ++n)
    EXPECT_NEAR(score.precisions[n], row["precisions"][n].get<double>(), kTolerance) << n + 1;
  EXPECT_NEAR(score.brevity_penalty, row["bp"].get<double>(), kTolerance);
  EXPECT_EQ(score.hypothesis_length, row["hyp_len"].get<std::int64_t>());
  EXPECT_EQ(score.reference_length, row["ref_len"].get<std::int64_t>());
  EXPECT_EQ(score.signature, row["signature"].get<std::string>());
}

TEST(Golden, EveryRowOfSacrebleu) {
  if (!std::filesystem::is_directory(golden_folder())) GTEST_SKIP() << "no " << golden_folder();
  int rows = 0;
  for (const auto& entry : std::filesystem::directory_iterator(golden_folder())) {
    if (entry.path().extension() != ".json") continue;
    std::filesystem::path base = entry.path();
    const std::vector<std::string> hypotheses = read_lines(base.replace_extension(".hyp"));
    const std::vector<std::string> references = read_lines(base.replace_extension(".ref"));
    for (const nlohmann::json& row : nlohmann::json::parse(read_file(entry.path()))) {
      SCOPED_TRACE(entry.path().stem().string() + " " + row["signature"].get<std::string>());
      ++rows;
      if (row["metric"] == "bleu") {
        const BleuOptions options{tokenizer_named(row["tokenize"]), row["lowercase"].get<bool>()};
        expect_bleu(row, corpus_bleu(hypotheses, references, options));
      } else {
        const ChrfScore score = corpus_chrf(hypotheses, references, {row["word_order"].get<std::size_t>(), false});
        EXPECT_NEAR(score.score, row["score"].get<double>(), kTolerance);
        EXPECT_EQ(score.signature, row["signature"].get<std::string>());
      }
    }
  }
  EXPECT_GE(rows, 40);
}

}  // namespace
}  // namespace prenorm::metrics
