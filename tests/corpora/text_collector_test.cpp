#include "corpora/texts/text_collector.h"

#include <gtest/gtest.h>

namespace prenorm::corpora {
namespace {

TEST(RunningText, IsWhatPeopleWrite) {
  for (const char* kept : {"Two and two.", "The year 1999 cost us 3.50 Euro and more.",
                           "Call f() of libx_y2 with a = b.", "Ärger gab es keinen.", "as in 'fire', \"water\", earth"})
    EXPECT_TRUE(is_running_text(kept)) << kept;
  for (const char* dropped : {"", "Two words", "1 + 2 - 3 yes", "See http://x.org for more.",
                              "Write to me@home.org today.", "a \xff byte here", "\u0416\u0443\u043A is a beetle",
                              "use <b> for bold", "a | b c", "in {braces} it is", "type \\d to see"})
    EXPECT_FALSE(is_running_text(dropped)) << dropped;
}

constexpr const char* kLong = "This is a sentence of just enough words to stand alone.";

const std::string& all(const TextCollector& text, std::string& buffer) {
  buffer.clear();
  for (const Split split : {Split::kTrain, Split::kDev, Split::kTest}) buffer += text.text(split);
  return buffer;
}

TEST(TextCollector, PutsASentenceOnALineAndABlankLineBetweenDocuments) {
  TextCollector text;
  std::string buffer;
  // CRC-32 modulo 100 of the keys is neither 0 nor 1.
  const TextCounts counts = text.add("s", {"a", {"\u201COne\u201D  is here.  Two is there!", kLong, "x y"}});
  EXPECT_EQ(counts.documents, 1);
  EXPECT_EQ(counts.lines, 3);
  EXPECT_EQ(counts.words, 3 + 3 + 11);
  text.add("s", {"b", {"Another document follows that one, and it is of ten words."}});
  EXPECT_EQ(all(text, buffer), "\"One\" is here.\nTwo is there!\n" + std::string(kLong) +
                                   "\n\nAnother document follows that one, and it is of ten words.\n");
  EXPECT_EQ(text.counts(Split::kTrain).documents, 2);
  EXPECT_EQ(text.counts(Split::kTrain).bytes, static_cast<std::int64_t>(buffer.size()) - 1);
}

TEST(TextCollector, TakesNoSentenceTwice) {
  TextCollector text;
  EXPECT_EQ(text.add("s", {"a", {kLong, "this is a sentence of just enough words, to stand alone"}}).lines, 1);
  EXPECT_EQ(text.add("t", {"b", {kLong}}).documents, 0);
  EXPECT_EQ(text.add("s", {"c", {"In version 12 there are as many words as in version 13."}}).lines, 1);
  EXPECT_EQ(text.add("s", {"d", {"In version 98 there are as many words as in version 99."}}).lines, 0);
}

TEST(TextCollector, DropsWhatIsTooShortToBeADocument) {
  TextCollector text;
  EXPECT_EQ(text.add("s", {"a", {"Nine words are too few to make a document."}}).documents, 0);
  EXPECT_EQ(text.add("s", {"b", {}}).documents, 0);
  EXPECT_EQ(text.add("s", {"c", {"1 2 3", "x"}}).words, 0);
  std::string buffer;
  EXPECT_EQ(all(text, buffer), "");
}

TEST(TextCollector, ADroppedDocumentTakesNoSentenceFromOthers) {
  TextCollector text;
  const char* shared = "This package contains the development files.";
  EXPECT_EQ(text.add("s", {"a", {shared}}).documents, 0);
  EXPECT_EQ(text.add("s", {"b", {shared, kLong}}).lines, 2);
  EXPECT_EQ(text.add("s", {"c", {shared, "Another document follows that one, and it is of ten words."}}).lines, 1);
}

TEST(TextCollector, ChoosesThePartByTheKeyAlone) {
  // python3: [k for k in range(300) if zlib.crc32(b"s/%d" % k) % 100 == 0] and == 1
  const std::vector<int> kTest = {35}, kValid = {25, 67, 151, 193};
  TextCollector text;
  for (int key = 0; key < 300; ++key) {
    std::string sentence = "This is about";
    for (int bit = 0; bit < 9; ++bit) sentence += ((key >> bit) & 1) != 0 ? " yes" : " no";
    ASSERT_EQ(text.add("s", {std::to_string(key), {sentence}}).documents, 1) << key;
  }
  EXPECT_EQ(text.counts(Split::kTest).documents, static_cast<std::int64_t>(kTest.size()));
  EXPECT_EQ(text.counts(Split::kDev).documents, static_cast<std::int64_t>(kValid.size()));
  EXPECT_EQ(text.counts(Split::kTrain).documents, static_cast<std::int64_t>(300 - kTest.size() - kValid.size()));
  for (const int key : kTest) EXPECT_EQ(split_of_key("s/" + std::to_string(key)), Split::kTest);
  for (const int key : kValid) EXPECT_EQ(split_of_key("s/" + std::to_string(key)), Split::kDev);
}

}  // namespace
}  // namespace prenorm::corpora
