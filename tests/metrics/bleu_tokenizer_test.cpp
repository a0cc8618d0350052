#include "prenorm/metrics/bleu_tokenizer.h"

#include <gtest/gtest.h>

#include "prenorm/base/error.h"

namespace prenorm::metrics {
namespace {

using Tokens = std::vector<std::string>;

struct Case {
  BleuTokenizer tokenizer;
  std::string text;
  Tokens tokens;
};

class BleuTokenizerCases : public testing::TestWithParam<Case> {};

TEST_P(BleuTokenizerCases, AsPublished) {
  EXPECT_EQ(tokenize(GetParam().text, GetParam().tokenizer), GetParam().tokens) << GetParam().text;
}

constexpr BleuTokenizer k13a = BleuTokenizer::k13a;
constexpr BleuTokenizer kIntl = BleuTokenizer::kIntl;

INSTANTIATE_TEST_SUITE_P(
    Of13a, BleuTokenizerCases,
    testing::Values(Case{k13a, "", {}}, Case{k13a, " \t ", {}},
                    Case{k13a, "Hello, world!", {"Hello", ",", "world", "!"}},
                    Case{k13a, "It costs 1,000.5 dollars.", {"It", "costs", "1,000.5", "dollars", "."}},
                    Case{k13a, "U.S.A. e-mail 10-11", {"U", ".", "S", ".", "A", ".", "e-mail", "10", "-", "11"}},
                    Case{k13a, "&quot;a &amp; b&quot; &lt;i&gt;", {"\"", "a", "&", "b", "\"", "<", "i", ">"}},
                    Case{k13a, "&amp;lt;", {"<"}}, Case{k13a, "a<skipped>b", {"ab"}},
                    Case{k13a, "hy-\nphen\nline", {"hyphen", "line"}}, Case{k13a, "..", {".", "."}},
                    Case{k13a, "wait... 3.", {"wait", ".", ".", ".", "3", "."}},
                    Case{k13a, "5.,5", {"5", ".", ",", "5"}}, Case{k13a, "don't (stop)", {"don't", "(", "stop", ")"}},
                    Case{k13a, "$5.00 50% A/A", {"$", "5.00", "50", "%", "A", "/", "A"}},
                    Case{k13a, "¿Qué? «日本語。»", {"¿Qué", "?", "«日本語。»"}}));

INSTANTIATE_TEST_SUITE_P(
    OfIntl, BleuTokenizerCases,
    testing::Values(Case{kIntl, "", {}}, Case{kIntl, "Hello, world!", {"Hello", ",", "world", "!"}},
                    Case{kIntl, "3.", {"3."}}, Case{kIntl, "3. ", {"3", "."}}, Case{kIntl, ".5", {".5"}},
                    Case{kIntl, "1,000.5 dollars.", {"1,000.5", "dollars", "."}},
                    Case{kIntl, "¿Qué? «日本語。»", {"¿", "Qué", "?", "«", "日本語", "。", "»"}},
                    Case{kIntl, "naïve—boy", {"naïve", "—", "boy"}}, Case{kIntl, "€5 + 3", {"€", "5", "+", "3"}},
                    Case{kIntl, "&quot;", {"&", "quot", ";"}}, Case{kIntl, "...", {".", ".", "."}},
                    Case{kIntl, "١,٢", {"١,٢"}}, Case{kIntl, "a\u00A0b.", {"a", "b", "."}}));

INSTANTIATE_TEST_SUITE_P(OfCharAndNone, BleuTokenizerCases,
                         testing::Values(Case{BleuTokenizer::kChar, "", {}},
                                         Case{BleuTokenizer::kChar, "né 日.", {"n", "é", "日", "."}},
                                         Case{BleuTokenizer::kChar, "e\u0301", {"e", "\u0301"}},
                                         Case{BleuTokenizer::kNone, "", {}},
                                         Case{BleuTokenizer::kNone, " a,b \u3000 c. ", {"a,b", "c."}}));

TEST(BleuTokenizer, RefusesWhatIsNotUtf8) {
  for (const BleuTokenizer tokenizer : {k13a, kIntl, BleuTokenizer::kChar, BleuTokenizer::kNone}) {
    for (const std::string bad : {"a\xff", "a\xe2\x82", "\xc0\xaf", "\xed\xa0\x80"})
      EXPECT_THROW(tokenize(bad, tokenizer), DataError);
  }
}

TEST(BleuTokenizer, NamesAreSacrebleus) {
  EXPECT_EQ(enum_name(BleuTokenizer::k13a), "13a");
  EXPECT_EQ(enum_name(BleuTokenizer::kIntl), "intl");
  EXPECT_EQ(enum_name(BleuTokenizer::kChar), "char");
  EXPECT_EQ(enum_name(BleuTokenizer::kNone), "none");
}

}  // namespace
}  // namespace prenorm::metrics
