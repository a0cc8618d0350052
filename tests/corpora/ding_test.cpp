#include "corpora/formats/ding.h"

#include "corpora/scratch.h"

namespace prenorm::corpora {
namespace {

TEST(Ding, CleansEntries) {
  EXPECT_EQ(clean_ding_entry(" Aal {m} (auf der Speisekarte) [cook.] <Fisch>; Eel {m}"), "Aal");
  EXPECT_EQ(clean_ding_entry("eine (sehr (alte)) Sache"), "eine Sache");
  EXPECT_EQ(clean_ding_entry("a (b; c) d; e"), "a d");
  EXPECT_EQ(clean_ding_entry("entrance to a/the house"), std::nullopt);
  EXPECT_EQ(clean_ding_entry("open (bracket"), std::nullopt);
  EXPECT_EQ(clean_ding_entry(""), "");
}

TEST(Ding, TellsSentencesFromPhrases) {
  const ScratchFolder folder;
  const auto file =
      folder.write("de-en",
                   "# Version :: devel\n"
                   "Brille {f}; Augenglas {n} | Haben Sie eine? | mit Brille :: glasses | Have you any? | "
                   "with glasses; wearing glasses\n"
                   "jdm. etw. geben | er. :: to give sb. sth. | he.\n"
                   "ein | zwei :: one\n"
                   "no separator\n"
                   ":: \n");
  std::vector<TakenPair> pairs;
  extract_ding(file, into(pairs));
  EXPECT_EQ(pairs, (std::vector<TakenPair>{{"dingphr", "glasses", "Brille"},
                                           {"ding", "Have you any?", "Haben Sie eine?"},
                                           {"dingphr", "with glasses", "mit Brille"},
                                           {"dingphr", "he.", "er."}}));
}

}  // namespace
}  // namespace prenorm::corpora
