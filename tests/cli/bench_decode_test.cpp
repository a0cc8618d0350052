// `prenorm bench RUN --decode TEXT`: its figures hang together.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "cli/tiny_translator.h"

namespace prenorm::test {
namespace {

using ::testing::HasSubstr;

class BenchDecode : public TinyTranslator {
 protected:
  static Outcome bench(std::vector<std::string> more) {
    more.insert(more.begin(), {"bench", run(), "--decode", source()});
    return prenorm(more);
  }
};

TEST_F(BenchDecode, FiguresHangTogether) {
  const Outcome outcome = bench({"--json", "--baseline", "3", "--beam", "2", "--threads", "2"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const nlohmann::json j = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(j["sentences"], 12);
  EXPECT_EQ(j["beam"], 2);
  EXPECT_EQ(j["threads"], 2);
  EXPECT_GE(j["tokens"], 12) << "each sentence ends";
  EXPECT_GT(j["peak_rss_mib"], 1);
  EXPECT_NE(j["cpu_level"], "");
  EXPECT_NEAR(j["sentences_per_second"].get<double>() * j["seconds"].get<double>(), 12, 1e-6);
  EXPECT_NEAR(j["tokens_per_second"].get<double>() * j["seconds"].get<double>(), j["tokens"].get<double>(), 1e-6);
  double share = 0;
  for (const nlohmann::json& op : j["operators"]) share += op["share"].get<double>();
  EXPECT_NEAR(share, 1, 1e-6) << "the table accounts for all of the time";
  const nlohmann::json& padded = j["padded_loop"];
  EXPECT_EQ(padded["sentences"], 4) << "lines 1, 4, 7 and 10";
  EXPECT_EQ(padded["different_translations"], 0);
  EXPECT_NEAR(padded["times_slower"].get<double>() * padded["sentences_per_second"].get<double>(),
              j["sentences_per_second"].get<double>(), 1e-6);
}

TEST_F(BenchDecode, IsReadable) {
  const Outcome outcome = bench({"--baseline", "12"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("12 sentences in "));
  EXPECT_THAT(outcome.out, HasSubstr("padded loop without a cache, on 1 of the sentences"));
  EXPECT_THAT(bench({}).out, Not(HasSubstr("padded loop")));
}

TEST_F(BenchDecode, RefusesWhatItCannotMeasure) {
  const std::string empty = *text_ / "empty.src";
  write_file_atomically(empty, "");
  expect_refused(prenorm({"bench", run(), "--decode", empty}), 1, "is empty, there is nothing to translate");
  expect_refused(prenorm({"bench", run(), "--decode", *text_ / "none"}), 1, "none");
  EXPECT_EQ(prenorm({"bench", run(), "--baseline", "2"}).code, 2) << "--baseline needs --decode";
}

}  // namespace
}  // namespace prenorm::test
