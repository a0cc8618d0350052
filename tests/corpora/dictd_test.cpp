#include "corpora/formats/dictd.h"

#include <zlib.h>

#include "corpora/documents.h"
#include "corpora/scratch.h"
#include "prenorm/base/error.h"
#include "prenorm/base/random.h"

namespace prenorm::corpora {
namespace {

using Documents = std::vector<std::string>;

TEST(DictdEntry, StartsWithTheHeadwordAndHasNoMarkup) {
  const TextDocument entry = read_dictd_entry(
      "alt bit\n /awlt bit/, adj.\n\n    1. <hardware, jargon> A {bit} that a\n    {meta\n    key} sets , see {Get a\n"
      "    life!} ;\n\n    name     use\n    -----    ---\n\n    It does __not__ matter {C|Net\n    (http://c.net/)} "
      "much "
      "(ftp://x y).\n\n    (1994-11-08)\n",
      DictdLayout::kHeadingLine);
  EXPECT_EQ(entry.key, "alt bit");
  EXPECT_EQ(entry.paragraphs, (Documents{"alt bit: 1. A bit that a meta key sets, see Get a life!;",
                                         "It does not matter C|Net much (ftp://x y).", "(1994-11-08)"}));
}

TEST(DictdEntry, KeepsAnglesThatAreNoLabels) {
  const auto first = [](std::string_view text) {
    return read_dictd_entry("x\n\n" + std::string(text), DictdLayout::kHeadingLine).paragraphs.at(0);
  };
  EXPECT_EQ(first("See <a@b.c> now"), "x: See <a@b.c> now");
  EXPECT_EQ(first("a <b> c"), "x: a <b> c");
  EXPECT_EQ(first("1 < 2"), "x: 1 < 2");
  EXPECT_EQ(first("/eks/ 2. <letter> It is"), "x: 2. It is");
  EXPECT_EQ(first("/dev/null eats"), "x: /dev/null eats");
}

TEST(DictdEntry, ReadsWebsterLayout) {
  const TextDocument entry = read_dictd_entry(
      "Affear \\Af*fear\"\\, v. t. [OE. aferen, [=a]f[ae]ran. See\n   {Afeard}.]\n   To frighten. [Obs.] --Spenser.\n"
      "   [1913 Webster]\n\n   1. To scare.\n   2. To startle\n      much.\n      [1913 Webster]\n",
      DictdLayout::kWebster);
  EXPECT_EQ(entry.key, "Affear");
  EXPECT_EQ(entry.paragraphs,
            (Documents{"Affear, v. t. To frighten. --Spenser.", "1. To scare.", "2. To startle much."}));
}

TEST(DictdEntry, SurvivesAnything) {
  RandomStream random(3);
  const std::string_view alphabet = "a1.<> []{}\\/:\n(_)";
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (std::uint64_t i = random.below(60); i > 0; --i) text += alphabet[random.below(alphabet.size())];
    read_dictd_entry(text, DictdLayout::kHeadingLine);
    read_dictd_entry(text, DictdLayout::kWebster);
  }
  EXPECT_TRUE(read_dictd_entry("", DictdLayout::kHeadingLine).paragraphs.empty());
  EXPECT_TRUE(read_dictd_entry("\n", DictdLayout::kWebster).paragraphs.empty());
}

class Dictd : public testing::Test {
 protected:
  // The cat is 18 bytes (S) at 13 (N), the dog 16 (Q) at 31 (f).
  Dictd() {
    constexpr std::string_view kText = "about pets\n\n\ncat\n\n  It sits.\n\n\ndog\n\n  It runs.\n";
    gzFile out = gzopen((folder_.path() / "pets.dict.dz").c_str(), "wb");
    gzwrite(out, kText.data(), kText.size());
    gzclose(out);
  }

  Documents read(std::string_view index) {
    folder_.write("pets.index", index);
    Documents documents;
    extract_dictd(folder_.path(), "pets", DictdLayout::kHeadingLine, into(documents));
    return documents;
  }
  ScratchFolder folder_;
};

TEST_F(Dictd, ReadsEachEntryOnceInItsOrder) {
  EXPECT_EQ(read("00-database-info\tA\tM\ncat\tN\tS\ndog\tf\tQ\nfeline\tN\tS\nhound\tf\tQ\tHound\n"),
            (Documents{"cat: cat: It sits.", "dog: dog: It runs."}));
}

TEST_F(Dictd, NamesTheLineOfTheIndexThatDoesNotFit) {
  for (const char* line : {"cat", "cat\tN", "cat\tN\t", "cat\t!\tQ", "cat\tN\tBAA", "cat\t//////////\tN", "cat\tBA\tA",
                           "cat\tAAAAAAAAAAAN\tQ"}) {
    try {
      read(std::string("dog\tf\tQ\n") + line + "\n");
      ADD_FAILURE() << "no error for " << line;
    } catch (const DataError& error) {
      EXPECT_EQ(error.what(), (folder_.path() / "pets.index").string() + ":2: the index does not match its dictionary");
    }
  }
}

TEST_F(Dictd, NoticesADamagedDictionary) {
  const std::string whole = read_file(folder_.path() / "pets.dict.dz");
  folder_.write("pets.dict.dz", std::string_view(whole).substr(0, whole.size() - 6));
  EXPECT_THROW(read("dog\tf\tQ\n"), FileError);
}

}  // namespace
}  // namespace prenorm::corpora
