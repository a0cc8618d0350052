#include "corpora/formats/html_page.h"

#include "corpora/documents.h"
#include "corpora/scratch.h"
#include "prenorm/base/random.h"

namespace prenorm::corpora {
namespace {

using Paragraphs = std::vector<std::string>;

constexpr std::string_view kPage =
    "<?xml version=\"1.0\"?>\n<html><head><title>T</title><style>p {}</style></head><body>"
    "<div class=\"navheader\"><div><p>Prev</p></div><hr /></div><h2>The <code>x</code>\n  page</h2>"
    "<p>A &lt;b&gt; c&amp;d: <pre class=\"p\">code <em>x</em></pre> after</p>"
    "<div class=\"toc\"><dl><dt>contents</dt></dl></div>"
    "<table><tr><td>one<br />two</td><td><p class=\"func_signature\">f ( x )</p>three</td></tr></table>"
    "<p>Fixed (Tom) <a href=\"u\">\u00A7</a> <a>\u00A7</a></p><div class=\"navfooter\"><p>Next</p></div></body></html>";

TEST(HtmlPage, GivesTheTextOfBlocks) {
  EXPECT_EQ(read_html_page(kPage),
            (Paragraphs{"The x page", "A <b> c&d:", "after", "one two", "three", "Fixed (Tom)"}));
  EXPECT_EQ(read_html_page("plain"), Paragraphs{"plain"});
  EXPECT_TRUE(read_html_page("").empty());
}

TEST(HtmlPage, SurvivesBrokenMarkup) {
  EXPECT_EQ(read_html_page("<p>a<"), Paragraphs{"a"});
  EXPECT_EQ(read_html_page("</div>a<pre>never ends"), Paragraphs{"a"});
  EXPECT_EQ(read_html_page("<pre/>a<script/>b"), (Paragraphs{"a", "b"}));
  RandomStream random(1);
  for (int round = 0; round < 1000; ++round) {
    std::string broken(kPage.substr(0, random.below(kPage.size())));
    if (!broken.empty()) broken.erase(random.below(broken.size()), random.below(9));
    read_html_page(broken);
  }
}

TEST(HtmlPage, IsADocumentEach) {
  const ScratchFolder folder;
  folder.write("b/2.html", "<p>two</p><p>three</p>");
  folder.write("a.html", "<p>one</p>");
  folder.write("c.css", "p {}");
  Paragraphs documents;
  extract_html_documents(folder.path(), into(documents));
  EXPECT_EQ(documents, (Paragraphs{"a.html: one", "b/2.html: two | three"}));
}

}  // namespace
}  // namespace prenorm::corpora
