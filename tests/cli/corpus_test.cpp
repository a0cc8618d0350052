// What `prenorm corpus` shows; that the corpus is right is tested with prenorm/corpora.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "corpora/texts/corpus_counts.h"
#include "corpora/texts/text_counts.h"
#include "files/temporary_folder.h"
#include "prenorm/files/file.h"

namespace prenorm::test {
namespace {

// A corpus that stands there already, so that nothing is downloaded.
void write_finished_corpus(const TemporaryFolder& folder) {
  corpora::DebianCorpusReport report;
  report.pair = "en-de";
  report.sources = {{"ding", "GPL-2+", 1234567, 1000000, 7000000, 6000000}, {"lo", "MPL-2.0", 20, 10, 30, 40}};
  report.train = 998010;
  report.dev = report.test = 1000;
  for (const char* part : {"train", "dev", "test"})
    for (const char* suffix : {".en", ".de", ".tags"}) write_file_atomically(folder / (std::string(part) + suffix), "");
  write_file_atomically(folder / "corpus.json", corpora::report_to_json(report));
}

TEST(Corpus, TableHasARowForEachSourceAndTheirSum) {
  const TemporaryFolder folder;
  write_finished_corpus(folder);
  const Outcome outcome = prenorm({"corpus", "debian", "--output", folder.path()});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out,
            "source      licence         extracted       kept     en words     de words\n"
            "ding        GPL-2+          1,234,567  1,000,000    7,000,000    6,000,000\n"
            "lo          MPL-2.0                20         10           30           40\n"
            "all                         1,234,587  1,000,010    7,000,030    6,000,040\n"
            "\n" +
                folder.path().string() + ": 998,010 pairs to train on, 1,000 dev, 1,000 test\n");
}

TEST(Corpus, JsonIsTheReportAndTheFolder) {
  const TemporaryFolder folder;
  write_finished_corpus(folder);
  const Outcome outcome = prenorm({"corpus", "debian", "--output", folder.path(), "--json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const auto answer = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(answer["output"], folder.path().string());
  EXPECT_EQ(answer["train"], 998010);
  EXPECT_EQ(answer["sources"][0]["kept"], 1000000);
}

void write_finished_text(const TemporaryFolder& folder) {
  corpora::DebianTextReport report;
  report.sources = {{"postgresql", "PostgreSQL", 1169, {1150, 49651, 810765, 5037063}},
                    {"jargon", "public domain", 2307, {1865, 6948, 137311, 843250}}};
  report.train.documents = 2980;
  report.valid.documents = 20;
  report.test.documents = 15;
  for (const char* part : {"train", "valid", "test"}) write_file_atomically(folder / (std::string(part) + ".txt"), "");
  write_file_atomically(folder / "corpus.json", corpora::text_report_to_json(report));
}

TEST(Corpus, TextHasATableAndJsonToo) {
  const TemporaryFolder folder;
  write_finished_text(folder);
  const Outcome outcome = prenorm({"corpus", "debian", "--text", "en", "--output", folder.path()});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out,
            "source      licence        documents      lines        words        bytes\n"
            "postgresql  PostgreSQL         1,150     49,651      810,765    5,037,063\n"
            "jargon      public domain      1,865      6,948      137,311      843,250\n"
            "all                            3,015     56,599      948,076    5,880,313\n"
            "\n" +
                folder.path().string() + ": 2,980 documents to train on, 20 valid, 15 test\n");
  const Outcome json = prenorm({"corpus", "debian", "--text", "en", "--output", folder.path(), "--json"});
  const auto answer = nlohmann::json::parse(json.out);
  EXPECT_EQ(answer["output"], folder.path().string());
  EXPECT_EQ(answer["train"]["documents"], 2980);
  EXPECT_EQ(answer["sources"][1]["kept"]["words"], 137311);
}

TEST(Corpus, OptionsOfOneCorpusAreNoneOfTheOther) {
  for (const std::vector<std::string>& options : {std::vector<std::string>{"--text", "en", "--pair", "en-de"},
                                                  {"--text", "en", "--general-domain"},
                                                  {"--gcide"},
                                                  {"--text", "de"}}) {
    std::vector<std::string> arguments{"corpus", "debian", "--output", "nowhere"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const Outcome outcome = prenorm(arguments);
    EXPECT_EQ(outcome.code, 2) << options.back();
    EXPECT_TRUE(outcome.err.starts_with("error: ")) << outcome.err;
  }
}

TEST(Corpus, UnknownPairIsAUsageError) {
  const Outcome outcome = prenorm({"corpus", "debian", "--pair", "en-dd", "--output", "nowhere"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_TRUE(outcome.err.starts_with("error: --pair: \"en-dd\" is not one of en-de")) << outcome.err;
}

// The same command as a program of its own: it must not pay for LibTorch, which takes most of a second to start.
TEST(Corpus, IsAProgramOfItsOwnWithoutLibTorch) {
  const std::string program = "\"$(dirname \"$PRENORM\")/prenorm-corpus\"";
  EXPECT_EQ(shell("ldd " + program + " | grep -c 'libtorch\\|libc10'").out, "0\n");
  const TemporaryFolder folder;
  write_finished_corpus(folder);
  const std::string arguments = " debian --output '" + folder.path().string() + "'";
  const Outcome outcome = shell(program + arguments);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, shell("\"$PRENORM\" corpus" + arguments).out);
  EXPECT_EQ(shell(program + " debian --pair en-xx").code, 2);
}

}  // namespace
}  // namespace prenorm::test
