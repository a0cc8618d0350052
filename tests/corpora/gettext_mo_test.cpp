#include "corpora/formats/gettext_mo.h"

#include <cstdint>
#include <utility>

#include "corpora/scratch.h"
#include "prenorm/base/error.h"
#include "prenorm/base/random.h"

namespace prenorm::corpora {
namespace {

using Texts = std::vector<std::pair<std::string, std::string>>;

// A catalogue as the format's definition says, in either byte order.
std::string catalogue(const Texts& texts, bool big_endian = false) {
  std::string head, body;
  const auto number = [&](std::size_t value) {
    for (int i = 0; i < 4; ++i) head += static_cast<char>(value >> (big_endian ? 24 - 8 * i : 8 * i));
  };
  const std::size_t tables = 28, text_start = tables + 16 * texts.size();
  for (const std::size_t value : {std::size_t{0x950412de}, std::size_t{0}, texts.size(), tables,
                                  tables + 8 * texts.size(), std::size_t{0}, std::size_t{0}})
    number(value);
  const auto table = [&](auto side) {
    for (const auto& entry : texts) {
      const std::string& text = entry.*side;
      number(text.size());
      number(text_start + body.size());
      (body += text) += '\0';
    }
  };
  table(&std::pair<std::string, std::string>::first);
  table(&std::pair<std::string, std::string>::second);
  return head + body;
}

using namespace std::string_literals;
const Texts kTexts{{"", "Content-Type: text/plain"},
                   {"Menu\4_Save File", "Datei _speichern"},
                   {"One row\0%1 rows"s, "Eine Zeile\0%1 Zeilen"s},
                   {"First.\n\nSecond.", "Erstens.\n\n\nZweitens."}};

TEST(GettextMo, ReadsBothByteOrders) {
  for (const bool big_endian : {false, true}) {
    const std::string bytes = catalogue(kTexts, big_endian);
    const auto entries = read_catalogue(bytes, "x.mo");
    ASSERT_EQ(entries.size(), 4U);
    EXPECT_EQ(entries[1].original, "_Save File");
    EXPECT_EQ(entries[1].translation, "Datei _speichern");
  }
}

TEST(GettextMo, CleansTexts) {
  EXPECT_EQ(clean_interface_text("<b>&amp;Bold</b> &text ~Now R&D_"), "Bold text Now RD");
  EXPECT_EQ(clean_interface_text("a_b_c & d"), "a_b_c & d");
}

TEST(GettextMo, PairsFormsAndParagraphs) {
  const ScratchFolder folder;
  folder.write("x.mo", catalogue(kTexts));
  std::vector<TakenPair> pairs;
  extract_catalogues(folder.path(), into(pairs));
  EXPECT_EQ(pairs, (std::vector<TakenPair>{{"lo", "Save File", "Datei speichern"},
                                           {"lo", "One row", "Eine Zeile"},
                                           {"lo", "%1 rows", "%1 Zeilen"},
                                           {"lo", "First.", "Erstens."},
                                           {"lo", "Second.", "Zweitens."}}));
}

TEST(GettextMo, RefusesEveryTruncation) {
  const std::string bytes = catalogue(kTexts);
  // The last byte is the NUL after the last text, which nothing needs.
  for (std::size_t size = 0; size + 1 < bytes.size(); ++size)
    EXPECT_THROW(read_catalogue(std::string_view(bytes).substr(0, size), "x.mo"), DataError) << size;
  EXPECT_NO_THROW(read_catalogue(bytes, "x.mo"));
  EXPECT_THROW(read_catalogue("this is no catalogue, whatever its name says", "x.mo"), DataError);
}

TEST(GettextMo, SurvivesDamage) {
  RandomStream random(1);
  for (int round = 0; round < 3000; ++round) {
    std::string bytes = catalogue(kTexts);
    bytes[random.below(60)] = static_cast<char>(random.below(256));
    try {
      for (const auto& entry : read_catalogue(bytes, "x.mo")) clean_interface_text(entry.translation);
    } catch (const DataError&) {
    }
  }
}

}  // namespace
}  // namespace prenorm::corpora
