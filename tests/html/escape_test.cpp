#include "prenorm/html/escape.h"
#include "prenorm/base/utf8.h"

#include <gtest/gtest.h>

#include "html/markup.h"
#include "prenorm/base/random.h"
#include "prenorm/files/line_reader.h"

namespace prenorm::html {
namespace {

TEST(Escape, ReplacesWhatMarkupReserves) {
  EXPECT_EQ(escape(""), "");
  EXPECT_EQ(escape("a < b && c > \"d\" 'e'"), "a &lt; b &amp;&amp; c &gt; &quot;d&quot; &#39;e&#39;");
  EXPECT_EQ(escape("</script><script>"), "&lt;/script&gt;&lt;script&gt;");
}

TEST(Escape, KeepsOtherCharacters) {
  const std::string text = "Straße, 日本語, 🙂, tab\tand\nline";
  EXPECT_EQ(escape(text), text);
}

TEST(Escape, ReplacesControlsAndBytesThatAreNotUtf8) {
  EXPECT_EQ(escape(std::string("a\0b", 3)), "a\uFFFDb");
  EXPECT_EQ(escape("\x1B[31m"), "\uFFFD[31m");
  EXPECT_EQ(escape("\x7F"), "\uFFFD");
  EXPECT_EQ(escape("\xC2\x85"), "\uFFFD");
  EXPECT_EQ(escape("\xFF\xFE"), "\uFFFD\uFFFD");
  // Cut in the middle of a character, and a surrogate.
  EXPECT_EQ(escape("ok\xE6\x97"), "ok\uFFFD\uFFFD");
  EXPECT_EQ(escape("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");
}

TEST(Escape, AnyBytesBecomeWellFormedUtf8Text) {
  RandomStream random(name_key("escape"));
  for (int round = 0; round < 300; ++round) {
    std::string bytes(random.below(40), ' ');
    for (char& c : bytes) c = static_cast<char>(random.below(256));
    const std::string text = escape(bytes);
    EXPECT_TRUE(is_utf8(text));
    EXPECT_EQ(markup_fault("<p title=\"" + text + "\">" + text + "</p>"), "");
  }
}

TEST(Escape, CountsCharactersNotBytes) {
  EXPECT_EQ(count_characters(""), 0u);
  EXPECT_EQ(count_characters("Größe"), 5u);
  EXPECT_EQ(count_characters("日本🙂"), 3u);
  EXPECT_EQ(count_characters("a\xFFz"), 3u);
}

TEST(Escape, ShortensAtCharacters) {
  EXPECT_EQ(shorten("short", 5), "short");
  EXPECT_EQ(shorten("Größenwahn", 5), "Größ…");
  EXPECT_EQ(shorten("日本語", 1), "…");
}

}  // namespace
}  // namespace prenorm::html
