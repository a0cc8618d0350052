#include "corpora/formats/wordnet.h"

#include "corpora/documents.h"
#include "corpora/scratch.h"
#include "prenorm/base/error.h"

namespace prenorm::corpora {
namespace {

using Documents = std::vector<std::string>;

constexpr std::string_view kNouns =
    "  1 This software and database | is provided as is\n"
    "00000100 03 n 01 thing 0 001 ~ 00000200 n 0000 | what is  \n"
    "00000200 03 n 02 animal 0 living_thing 0 002 @ 00000100 n 0000 ~ 00000300 n 0000 | a thing that lives; \"it "
    "moved\"  \n"
    "00000300 05 n 01 cat 0 003 ~ 00000500 n 0000 @ 00000200 n 0000 + 00000900 v 0101 | an animal that sits on mats  \n"
    "00000400 05 n 01 dog 0 001 @ 00000200 n 0000 | an animal | that runs  \n"
    "00000500 05 n 01 Felix 0 001 @i 00000300 n 0000 | a cat of the films  \n";
constexpr std::string_view kVerbs = "00000100 29 v 01 sit 0 000 02 + 01 00 + 02 00 | rest on a mat  \n";
constexpr std::string_view kAdjectives =
    "00000100 00 a 01 big 0 001 & 00000200 a 0000 | of size  \n"
    "00000200 00 s 02 huge(p) 0 as_big_as_it_gets 0 001 & 00000100 a 0000 | very big  \n";

class WordNet : public testing::Test {
 protected:
  WordNet() {
    folder_.write("data.noun", kNouns);
    folder_.write("data.verb", kVerbs);
    folder_.write("data.adj", kAdjectives);
    folder_.write("data.adv", "");
  }
  ScratchFolder folder_;
};

TEST_F(WordNet, FilesSynsetsUnderTheMoreGeneralTerm) {
  Documents documents;
  extract_wordnet(folder_.path(), into(documents));
  EXPECT_EQ(documents,
            (Documents{"noun/00000100: thing: what is | animal, living thing: a thing that lives; \"it moved\"",
                       "noun/00000200: cat: an animal that sits on mats | dog: an animal | that runs",
                       "noun/00000300: Felix: a cat of the films", "verb/00000100: sit: rest on a mat",
                       "adj/00000100: big: of size | huge, as big as it gets: very big"}));
}

TEST_F(WordNet, NamesTheLineThatIsBroken) {
  for (const char* line : {"00000100 03 n 01 thing 0 001 @ 00000200 n 0000\n", "x | y\n", "1 2 n 0x a 0 000 | y\n",
                           "\n", "00000100 03 n 01 thing 0 many @ 00000200 n 0000 | gloss\n", "1 2 n -1 a 0 000 | y\n",
                           // Counts of more than there is.
                           "1 2 n 7fffffff a 0 000 | y\n", "1 2 n 01 a 0 2147483647 ~ 3 n 0000 | y\n"}) {
    const auto file = folder_.write("data.verb", std::string(kVerbs) + line);
    Documents documents;
    try {
      extract_wordnet(folder_.path(), into(documents));
      ADD_FAILURE() << "no error for " << line;
    } catch (const DataError& error) {
      EXPECT_EQ(error.what(), file.string() + ":2: not a line of a WordNet database");
    }
  }
}

TEST_F(WordNet, NeedsAllItsFiles) {
  std::filesystem::remove(folder_.path() / "data.adv");
  Documents documents;
  EXPECT_THROW(extract_wordnet(folder_.path(), into(documents)), FileError);
}

}  // namespace
}  // namespace prenorm::corpora
