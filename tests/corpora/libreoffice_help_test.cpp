#include "corpora/formats/libreoffice_help.h"

#include "corpora/documents.h"
#include "corpora/formats/html_text.h"
#include "corpora/scratch.h"
#include "prenorm/base/random.h"

namespace prenorm::corpora {
namespace {

TEST(HtmlText, StripsAndUnescapes) {
  EXPECT_EQ(strip_tags("a<b class=\"x\">b</b><br>c<"), "ab c");
  EXPECT_EQ(unescape_entities("&lt;a&gt; &amp;amp; &#228;&#xE4; &nope; & &#xFFFFFFFF; &"),
            "<a> &amp; ää &nope; & &#xFFFFFFFF; &");
  EXPECT_EQ(attribute("p class=\"x\" id=\"par_1\"", "id"), "par_1");
  EXPECT_EQ(attribute("p data-id=\"no\"", "id"), "");
  EXPECT_EQ(attribute("p id=\"open", "id"), "");
}

std::vector<std::string> texts_of(std::string_view html) {
  std::vector<std::string> texts;
  for (const HelpParagraph& paragraph : read_help_page(html)) texts.push_back(paragraph.id + "=" + paragraph.text);
  return texts;
}

TEST(LibreOfficeHelp, ReadsParagraphsAndHeadings) {
  EXPECT_EQ(
      texts_of("<p>none</p><h1 id=\"h\" dir=\"auto\"><a name=\"x\"></a>Fett &amp; kursiv</h1><pre id=\"c\">x</pre>"
               "<p id=\"1\">W\u00E4hlen\n  <span class=\"emph\">Format</span>.</p><p id=\"1\">again</p>"),
      (std::vector<std::string>{"h=Fett & kursiv", "1=Wählen Format."}));
}

TEST(LibreOfficeHelp, LeavesOutOtherSystems) {
  EXPECT_EQ(
      texts_of("<p id=\"1\">Press <span class=\"switchinline\"><span hidden=\"true\" class=\"MAC\"><span "
               "class=\"keycode\">Command</span></span><span><span class=\"keycode\">Ctrl</span></span></span>+F.</p>"),
      (std::vector<std::string>{"1=Press Ctrl+F."}));
}

TEST(LibreOfficeHelp, SurvivesBrokenMarkup) {
  EXPECT_TRUE(texts_of("<p id=\"1\">never ends").empty());
  EXPECT_TRUE(texts_of("<p id=\"1\"").empty());
  EXPECT_EQ(texts_of("<p id=\"1\">a <span class=\"MAC\"><span>b</p>c"), (std::vector<std::string>{"1=a"}));
  const std::string page = "<h2 id=\"a\">x <span class=\"WIN\">y</span></h2><p id=\"b\">z &amp; <br/></p></span><";
  RandomStream random(1);
  for (int round = 0; round < 2000; ++round) {
    std::string broken = page.substr(0, random.below(page.size()));
    if (!broken.empty()) broken.erase(random.below(broken.size()), random.below(5));
    read_help_page(broken);
  }
}

TEST(LibreOfficeHelp, PairsByPageAndId) {
  const ScratchFolder folder;
  folder.write("en/a/x.html", "<p id=\"1\">one</p><p id=\"2\">two</p>");
  folder.write("en/a/only.html", "<p id=\"1\">one</p>");
  folder.write("de/a/x.html", "<p id=\"2\">zwei</p><p id=\"3\">drei</p>");
  std::vector<TakenPair> pairs;
  extract_libreoffice_help(folder.path() / "en", folder.path() / "de", into(pairs));
  EXPECT_EQ(pairs, (std::vector<TakenPair>{{"lohelp", "two", "zwei"}}));
}

TEST(LibreOfficeHelp, IsADocumentAPage) {
  const ScratchFolder folder;
  folder.write("en/b.html", "<h1 id=\"1\">one</h1><p id=\"2\">two</p>");
  folder.write("en/a/x.html", "<p id=\"1\">three</p>");
  std::vector<std::string> documents;
  extract_help_documents(folder.path() / "en", into(documents));
  EXPECT_EQ(documents, (std::vector<std::string>{"a/x.html: three", "b.html: one | two"}));
}

}  // namespace
}  // namespace prenorm::corpora
