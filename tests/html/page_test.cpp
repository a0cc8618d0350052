#include "prenorm/html/page.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <regex>

#include "html/markup.h"
#include "prenorm/base/error.h"
#include "prenorm/html/web_bundle.h"

namespace prenorm::html {
namespace {

Page full_page() {
  Page page;
  page.title = "Pre-LN needs no warm-up";
  page.lead = {"One.", "Two."};
  page.highlights = {{"2.98", "nats per token", "Pre-LN"}};
  page.sections.push_back(
      {"Figures",
       {Text{{"A paragraph."}},
        Chart{.title = "Loss", .x_label = "update", .y_label = "nats", .series = {{"a", {1, 2}, {2, 1}}}, .note = "N."},
        Table{{"Run", "Loss", "State"},
              {{"a", "2.98", "done"}, {"b", "−1.5", "diverged"}, {"c"}},
              "After 600 updates"}}});
  page.sections.push_back({"Words",
                           {Samples{{{"Ein Hund.", "A dog.", {{"Pre-LN", "A dog."}, {"Post-LN", ""}}}}},
                            Definitions{{{"Loss", "In nats."}}}, Preformatted{"./dev demo\n", "Command"}}});
  page.footer = "Made by prenorm.";
  return page;
}

// The start tags with a class or without, in order: the skeleton that readers and style sheet rely on.
// Up to the footer, which is longer where there is a script.
std::string skeleton(std::string html) {
  html.resize(std::min(html.find("<footer"), html.size()));
  static const std::regex tag(
      "<(main|h1|h2|section|figure|figcaption|svg|table|caption|thead|tbody|dl|pre|p|footer)"
      "(?: class=\"([a-z ]+)\")?[ >]");
  std::string out;
  for (std::sregex_iterator it(html.begin(), html.end(), tag), end; it != end; ++it) {
    out += (out.empty() ? "" : " ") + (*it)[1].str();
    if ((*it)[2].matched) out += "." + std::regex_replace((*it)[2].str(), std::regex(" "), ".");
  }
  return out;
}

bool page_has(const std::string& text, std::string_view piece) { return text.find(piece) != std::string::npos; }

TEST(Page, HasTheExpectedSkeleton) {
  const std::string html = html_page(full_page());
  EXPECT_EQ(markup_fault(html), "");
  EXPECT_EQ(skeleton(html),
            "main h1 p.lead p.lead dl.highlights section h2 p figure figcaption svg.chart.wide svg.chart.narrow p.note "
            "table caption thead tbody section h2 dl.sample dl.terms figure figcaption pre");
  EXPECT_TRUE(html.starts_with("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">"));
  EXPECT_TRUE(html.ends_with("</body>\n</html>\n"));
}

TEST(Page, EmptyPartsLeaveNothingBehind) {
  Page page;
  page.title = "T";
  const std::string html = html_page(page);
  EXPECT_EQ(markup_fault(html), "");
  EXPECT_EQ(skeleton(html), "main h1");
  page.title = "";
  page.sections.push_back({"", {Text{}, Chart{}, HeatMap{}, Table{}, Definitions{}, Preformatted{}, Samples{}}});
  EXPECT_EQ(markup_fault(html_page(page)), "");
}

TEST(Page, TheSamePageGivesTheSameBytes) { EXPECT_EQ(html_page(full_page()), html_page(full_page())); }

TEST(Page, LoadsNothingFromAnywhere) {
  const std::string html = html_page(full_page());
  for (const char* wrong : {"<img", "src=\"", "@import", "url(", "https:"})
    EXPECT_FALSE(page_has(html, wrong)) << wrong;
  EXPECT_EQ(count_of(html, "href="), 1u);
  EXPECT_TRUE(page_has(html, "<link rel=\"icon\" href=\"data:,\">"));
  EXPECT_TRUE(page_has(html, "default-src 'none'"));
  EXPECT_FALSE(page_has(html, "connect-src"));
  EXPECT_EQ(count_of(html, "<script>"), script().empty() ? 0U : 1U);
  EXPECT_EQ(page_has(html, "script-src"), !script().empty());
}

TEST(Page, OfAServerMayAskItAlone) {
  const std::string html = html_page(full_page(), {.live_version = "a1-2", .drawings = false});
  EXPECT_EQ(markup_fault(html), "");
  EXPECT_TRUE(page_has(html, "connect-src 'self'"));
  EXPECT_TRUE(page_has(html, "id=\"live-status\" role=\"status\" data-version=\"a1-2\""));
  // Where there is no script nobody would draw in its place.
  EXPECT_EQ(page_has(html, "<svg class=\"chart"), script().empty());
}

TEST(Page, ListsRunsAndProblems) {
  Page page = full_page();
  page.problems = {"runs/a: is not there"};
  page.runs = {{"runs/<b>", "b", "finished", 7}};
  page.sections[0].blocks.push_back(Table{{"run"}, {{"b"}, {"c"}}, "T", {"runs/<b>"}});
  const std::string html = html_page(page);
  EXPECT_EQ(markup_fault(html), "");
  EXPECT_TRUE(page_has(html, "<h2>Could not be read</h2>\n<ul>\n<li>runs/a: is not there</li>"));
  EXPECT_TRUE(page_has(html, "<li data-run=\"runs/&lt;b&gt;\"><svg class=\"key\""));
  EXPECT_TRUE(page_has(html, "stroke:var(--series-2,#d55e00)\" stroke-dasharray=\"2 4\""));
  EXPECT_TRUE(page_has(html, "<tr data-run=\"runs/&lt;b&gt;\"><th scope=\"row\">b</th></tr>\n<tr><th"));
}

TEST(Page, FiguresHaveKeysOfTheirOwn) {
  Page page;
  const Chart chart{.title = "Loss & more", .x_label = "x", .y_label = "y", .series = {{"a", {1}, {1}}}, .note = ""};
  page.sections.push_back({"Loss", {chart, chart, Preformatted{"text", "Folded", true}}});
  const std::string html = html_page(page);
  EXPECT_EQ(count_of(html, "data-chart=\"loss-more\""), 1U);
  EXPECT_EQ(count_of(html, "data-chart=\"loss-more-2\""), 1U);
  EXPECT_TRUE(page_has(html, "<details>\n<summary>Folded</summary>\n<pre"));
}

TEST(Page, KnowsLightDarkPrintAndSmallScreens) {
  const std::string html = html_page(full_page());
  for (const char* needed : {"prefers-color-scheme:dark", "@media print", "width=device-width", "@media (max-width:"})
    EXPECT_TRUE(page_has(html, needed)) << needed;
}

TEST(Page, EscapesEveryText) {
  const std::string evil = "<i>&\"'</i>";
  Page page;
  page.title = evil;
  page.lead = {evil};
  page.highlights = {{evil, evil, evil}};
  page.footer = evil;
  page.sections.push_back(
      {evil,
       {Text{{evil}},
        Chart{.title = evil, .x_label = evil, .y_label = evil, .series = {{evil, {1}, {1}}}, .note = evil},
        Table{{evil, evil}, {{evil, evil}}, evil}, Definitions{{{evil, evil}}}, Preformatted{evil, evil},
        Samples{{{evil, evil, {{evil, evil}}}}}}});
  const std::string html = html_page(page);
  EXPECT_EQ(markup_fault(html), "");
  EXPECT_FALSE(page_has(html, "<i>"));
  EXPECT_GT(count_of(html, "&lt;i&gt;&amp;&quot;&#39;&lt;/i&gt;"), 20u);
}

TEST(Page, NumbersWithPowersOfTenAreNumbersToo) {
  Page page;
  page.sections = {{"s", {Table{{"name", "x"}, {{"a", "6.855×10⁻⁶"}, {"b", "2"}}, ""}}}};
  EXPECT_TRUE(page_has(html_page(page), "<td class=\"number\">6.855×10⁻⁶</td>"));
}

TEST(Page, NumbersStandFlushRight) {
  const std::string html = html_page(full_page());
  EXPECT_TRUE(page_has(html, "<th scope=\"col\" class=\"number\">Loss</th><th scope=\"col\">State</th>"));
  EXPECT_TRUE(page_has(html, "<th scope=\"row\">b</th><td class=\"number\">−1.5</td><td>diverged</td>"));
  EXPECT_TRUE(page_has(html, "<th scope=\"row\">c</th><td class=\"number\"></td><td></td>"));
}

TEST(Page, RefusesARowLongerThanItsHeader) {
  Page page;
  page.sections.push_back({"S", {Table{{"a"}, {{"1"}, {"1", "2"}}, "Results"}}});
  try {
    html_page(page);
    FAIL() << "no error";
  } catch (const Error& e) {
    EXPECT_STREQ(e.what(), "table 'Results': row 2 has 2 cells but the header 1; name every column");
  }
}

TEST(Page, AnEmptyTranslationIsSaid) {
  const std::string html = html_page(full_page());
  EXPECT_TRUE(page_has(html, "<dt>Post-LN</dt><dd dir=\"auto\">(nothing)</dd>"));
  EXPECT_TRUE(page_has(html, "<pre tabindex=\"0\">\n./dev demo\n</pre>"));
}

}  // namespace
}  // namespace prenorm::html
