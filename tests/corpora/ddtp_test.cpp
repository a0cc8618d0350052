#include "corpora/formats/ddtp.h"

#include "corpora/documents.h"
#include "corpora/scratch.h"

namespace prenorm::corpora {
namespace {

constexpr std::string_view kEnglishEntry =
    "Package: cat\nDescription-md5: 11\nDescription-en: Feline animal\n It sits\n on mats.\n .\n It also:\n"
    "  * eats fish\n    and mice\n  * sleeps\n .\n   cat --help\n   cat --sit\n\n"
    "Package: nothing\n\n"
    "Package: dog\nDescription-md5: 22\nDescription-en: Canine animal\n It runs.\n .\n Fast.\n";
constexpr std::string_view kGermanEntry =
    "Package: dog\nDescription-md5: 22\nDescription-de: Hundetier\n Er läuft schnell.\n\n"
    "Package: cat\nDescription-md5: 11\nDescription-de: Katzentier\n Sie sitzt auf\n Matten.\n .\n Und sie:\n"
    "  - frisst Fisch und\n    Mäuse\n  - schläft\n .\n   cat --help\n   cat --sit\n\n"
    "Package: gone\nDescription-md5: 33\nDescription-de: Fort\n";

TEST(Descriptions, CutsItems) {
  const ScratchFolder folder;
  DescriptionReader reader(folder.write("Translation-en", kEnglishEntry));
  const auto cat = reader.next();
  ASSERT_TRUE(cat);
  EXPECT_EQ(cat->md5, "11");
  EXPECT_EQ(cat->summary, "Feline animal");
  EXPECT_EQ(cat->items, (std::vector<std::string>{"It sits on mats.", "It also:", "eats fish and mice", "sleeps",
                                                  "cat --help", "cat --sit"}));
  const auto dog = reader.next();
  ASSERT_TRUE(dog);
  EXPECT_EQ(dog->items, (std::vector<std::string>{"It runs.", "Fast."}));
  EXPECT_FALSE(reader.next());
}

TEST(Descriptions, AreADocumentAPackage) {
  const ScratchFolder folder;
  const auto index = folder.write("Translation-en", kEnglishEntry);
  std::vector<std::string> documents;
  extract_description_documents({index, index}, into(documents));
  EXPECT_EQ(documents,
            (std::vector<std::string>{"cat: Feline animal | It sits on mats. | It also: | eats fish and mice "
                                      "| sleeps | cat --help | cat --sit",
                                      "dog: Canine animal | It runs. | Fast."}));
}

TEST(Descriptions, JoinsOnTheChecksumOnce) {
  const ScratchFolder folder;
  const auto english = folder.write("Translation-en", kEnglishEntry),
             other = folder.write("Translation-de", kGermanEntry);
  std::vector<TakenPair> pairs;
  extract_descriptions({english, english}, {other}, into(pairs));
  EXPECT_EQ(pairs, (std::vector<TakenPair>{{"ddtpshort", "Feline animal", "Katzentier"},
                                           {"ddtp", "It sits on mats.", "Sie sitzt auf Matten."},
                                           {"ddtp", "It also:", "Und sie:"},
                                           {"ddtp", "eats fish and mice", "frisst Fisch und Mäuse"},
                                           {"ddtp", "sleeps", "schläft"},
                                           {"ddtp", "cat --help", "cat --help"},
                                           {"ddtp", "cat --sit", "cat --sit"},
                                           {"ddtpshort", "Canine animal", "Hundetier"}}));
}

TEST(Descriptions, PassesOverOtherText) {
  const ScratchFolder folder;
  DescriptionReader reader(folder.write("x", " stray\n\n\nDescription-\nDescription-md5:\n .\n *\n - \n"));
  EXPECT_FALSE(reader.next());
}

}  // namespace
}  // namespace prenorm::corpora
