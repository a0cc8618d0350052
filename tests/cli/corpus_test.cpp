// What `prenorm corpus` shows; that the corpus is right is tested with prenorm/corpora.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "base/temporary_folder.h"
#include "cli/command_line.h"
#include "prenorm/base/file.h"
#include "prenorm/corpora/corpus_report.h"

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

TEST(Corpus, UnknownPairIsAUsageError) {
  const Outcome outcome = prenorm({"corpus", "debian", "--pair", "en-dd", "--output", "nowhere"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_TRUE(outcome.err.starts_with("error: --pair: \"en-dd\" is not one of en-de")) << outcome.err;
}

}  // namespace
}  // namespace prenorm::test
