#include "corpora/texts/clean.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "corpora/texts/corpus_collector.h"
#include "corpora/texts/normalize.h"
#include "corpora/texts/sentence_splitter.h"
#include "prenorm/base/random.h"

namespace prenorm::corpora {
namespace {

TEST(Normalize, GivesOneSpelling) {
  EXPECT_EQ(normalize("„Guten Tag“, ‚sagte‘ sie – und…"), "\"Guten Tag\", 'sagte' sie - und...");
  EXPECT_EQ(normalize("«\u00A0oui\u202F»\u2014l\u2019eau"), "\" oui \"-l'eau");
  EXPECT_EQ(normalize("  Wort\u00ADtrennung\t\n x\u200B "), "Worttrennung x");
  EXPECT_EQ(normalize(""), "");
  EXPECT_EQ(normalize(" \u00A0 "), "");
}

TEST(Normalize, IsIdempotentOnAnyBytes) {
  RandomStream random(1);
  for (int round = 0; round < 300; ++round) {
    std::string bytes;
    for (std::uint64_t i = random.below(40); i > 0; --i) bytes += static_cast<char>(random.below(256));
    const std::string once = normalize(bytes);
    EXPECT_EQ(normalize(once), once);
  }
}

using Sentences = std::vector<std::string_view>;

TEST(SentenceSplitter, CutsAtSentenceEnds) {
  EXPECT_EQ(split_sentences("He came. She left! Why? \"So what.\" (Yes.) No"),
            (Sentences{"He came.", "She left!", "Why?", "\"So what.\"", "(Yes.)", "No"}));
  EXPECT_EQ(split_sentences("Das war 1999. Ärger gab es keinen."),
            (Sentences{"Das war 1999.", "Ärger gab es keinen."}));
}

TEST(SentenceSplitter, LeavesAbbreviationsAndOrdinalsAlone) {
  for (const char* whole :
       {"Am 3. Mai kam er.", "Er mag z. B. Äpfel.", "Er mag z.B. Äpfel.", "Dr. Who met J. R. Ewing.",
        "See e.g. Section 2.", "It costs 3.50 Euro.", "version 2.x. is old", ""})
    EXPECT_LE(split_sentences(whole).size(), 1U) << whole;
}

TEST(SentenceSplitter, PiecesAreTheText) {
  RandomStream random(2);
  const std::string_view alphabet = "aB. !?\"()1";
  for (int round = 0; round < 500; ++round) {
    std::string text;
    for (std::uint64_t i = random.below(30); i > 0; --i) text += alphabet[random.below(alphabet.size())];
    text = normalize(text);
    std::string joined;
    for (const std::string_view piece : split_sentences(text)) (joined += joined.empty() ? "" : " ") += piece;
    EXPECT_EQ(joined, text);
  }
}

constexpr std::string_view kEnglish = "The cat sat on the mat.", kGerman = "Die Katze saß auf der Matte.";

TEST(CheckPair, KeepsAGoodPair) { EXPECT_EQ(check_pair(kEnglish, kGerman), Rejection::kNone); }

TEST(CheckPair, NamesTheRule) {
  const std::string long_text = [] {
    std::string text;
    for (int i = 0; i < 61; ++i) text += "word ";
    return normalize(text);
  }();
  EXPECT_EQ(check_pair("The cat sat on\xff it.", kGerman), Rejection::kEncoding);
  EXPECT_EQ(check_pair("", ""), Rejection::kWords);
  EXPECT_EQ(check_pair("Only three words", kGerman), Rejection::kWords);
  EXPECT_EQ(check_pair(kEnglish, "Nur zwei"), Rejection::kWords);
  EXPECT_EQ(check_pair(long_text, kGerman), Rejection::kWords);
  EXPECT_EQ(check_pair(kEnglish, long_text), Rejection::kWords);
  EXPECT_EQ(check_pair(kEnglish, "Er saß da"), Rejection::kRatio);
  EXPECT_EQ(check_pair("I do it so", "Ich erledige dieses auf meine Weise"), Rejection::kRatio);
  EXPECT_EQ(check_pair("1234 5678 9012 go now", "1234 5678 9012 geh jetzt"), Rejection::kLetters);
  EXPECT_EQ(check_pair(kEnglish, "Die Katze %1 saß auf der Matte."), Rejection::kMarkup);
  EXPECT_EQ(check_pair("The cat sat on $(ARG) mats.", kGerman), Rejection::kMarkup);
  EXPECT_EQ(check_pair("The cat sat at www.mat.example", kGerman), Rejection::kMarkup);
  EXPECT_EQ(check_pair("The cat sat at me@mat.example", kGerman), Rejection::kMarkup);
  for (const char* code :
       {"std::cat sat on mats.", "The cat sat() on mats.", "The cat -> on mats.", "The cat sat on...",
        "The `cat` sat on mats.", "The cat sat; on mats.", "The #cat sat on mats."})
    EXPECT_EQ(check_pair(code, kGerman), Rejection::kMarkup) << code;
  EXPECT_EQ(check_pair("Install the debian package now", "install the Debian package jetzt"), Rejection::kCopied);
  EXPECT_EQ(check_pair("The cat sat on 3 mats.", "Die Katze saß auf 4 Matten."), Rejection::kDigits);
  EXPECT_EQ(check_pair(kEnglish, "Die Katze saß auf dem Кот."), Rejection::kScript);
}

TEST(CheckPair, AllowsWhatIsNoMarkup) {
  EXPECT_EQ(check_pair("About 50 % of the 1,000 cats sat down.", "Rund 50 % der 1.000 Katzen setzten sich."),
            Rejection::kNone);
  EXPECT_EQ(check_pair("The price is 5 $", "Der Preis beträgt 5 $"), Rejection::kNone);
  EXPECT_EQ(check_pair("The price went up 5%", "Der Preis stieg um 5%"), Rejection::kNone);
}

TEST(CheckPair, EndsOnAnyBytes) {
  RandomStream random(3);
  const std::string_view alphabet = "aE %$@.:\xC3\xA4\xFF(1";
  for (int round = 0; round < 2000; ++round) {
    std::string texts[2];
    for (std::string& text : texts)
      for (std::uint64_t i = random.below(40); i > 0; --i) text += alphabet[random.below(alphabet.size())];
    check_pair(texts[0], texts[1]);
  }
}

TEST(DuplicateKey, IgnoresCasePunctuationAndNumbers) {
  EXPECT_EQ(duplicate_key("The Cat, aged 7, \"sat\"."), "the cat aged 0 sat");
  EXPECT_EQ(duplicate_key("The cat - aged 7"), "the cat aged 0");
  EXPECT_EQ(duplicate_key("Ärger"), "ärger");
  EXPECT_EQ(duplicate_key(""), "");
}

TEST(Split, FollowsTheCrc) {
  // CRC-32 of "123456789" is the check value 0xCBF43926 = 3421780262 of the algorithm's definitions.
  EXPECT_EQ(split_of_key("123456789"), Split::kTrain);
  EXPECT_EQ(split_of_key(""), Split::kTest);  // its CRC is 0
  int counts[3] = {};
  for (int i = 0; i < 10000; ++i) ++counts[static_cast<int>(split_of_key(std::to_string(i)))];
  EXPECT_NEAR(counts[1], 100, 40);
  EXPECT_NEAR(counts[2], 100, 40);
}

TEST(Collector, SplitsCountsAndDropsDuplicates) {
  CorpusCollector corpus;
  corpus.add(SourceTag::kHelp, "The cat sat down. The dog ran away.", "Die Katze setzte sich. Der Hund lief weg.");
  corpus.add(SourceTag::kManual, "the cat sat down!", "Die Katze hat sich gesetzt.");
  corpus.add(SourceTag::kManual, "The cow came home. It was late.", "Die Kuh kam nach Hause, und es war spät.");
  EXPECT_EQ(corpus.counts(SourceTag::kHelp).extracted, 1);
  EXPECT_EQ(corpus.counts(SourceTag::kHelp).kept, 2);
  EXPECT_EQ(corpus.counts(SourceTag::kHelp).english_words, 8);
  EXPECT_EQ(corpus.counts(SourceTag::kHelp).other_words, 8);
  EXPECT_EQ(corpus.counts(SourceTag::kManual).extracted, 2);
  EXPECT_EQ(corpus.counts(SourceTag::kManual).kept, 1);
  std::int64_t pairs = 0;
  for (const Split split : {Split::kTrain, Split::kDev, Split::kTest}) {
    const PartText& part = corpus.part(split);
    pairs += part.pairs;
    for (const std::string* text : {&part.english, &part.other, &part.tags})
      EXPECT_EQ(std::count(text->begin(), text->end(), '\n'), part.pairs);
  }
  EXPECT_EQ(pairs, 3);
}

}  // namespace
}  // namespace prenorm::corpora
