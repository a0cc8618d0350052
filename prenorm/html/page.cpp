#include "prenorm/html/page.h"

#include "prenorm/html/blocks.h"
#include "prenorm/html/escape.h"
#include "prenorm/html/style.h"
#include "prenorm/html/web_bundle.h"

namespace prenorm::html {
namespace {

// The policy enforces the promise: a browser loads nothing for this page, and only runs this one script.
std::string policy(bool live) {
  std::string text =
      "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";
  if (!script().empty()) text += fmt::format("; script-src 'sha256-{}'", script_hash());
  if (live) text += "; connect-src 'self'";
  return text;
}

void write_head(BlockWriter& writer, const Page& page, bool live) {
  writer.write(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n<link rel=\"icon\" href=\"data:,\">\n"
      "<title>{}</title>\n<style>{}{}</style>\n</head>\n<body>\n",
      policy(live), escape(page.title), style_sheet(), script_style());
}

void write_footer(BlockWriter& writer, const Page& page) {
  if (page.footer.empty() && script().empty()) return;
  writer.write("<footer>\n<p>{}</p>\n", escape(page.footer));
  if (!script().empty())
    writer.write(
        "<details>\n<summary>Licence of uPlot, which draws the interactive charts</summary>\n<pre "
        "tabindex=\"0\">\n{}</pre>\n</details>\n",
        escape(script_licence()));
  writer.write("</footer>\n");
}

}  // namespace

std::string html_page(const Page& page, const PageOptions& options) {
  const bool live = !options.live_version.empty();
  BlockWriter writer(options.drawings || script().empty());
  write_head(writer, page, live);
  if (live)
    writer.write("<p class=\"live-bar\"><span id=\"live-status\" role=\"status\" data-version=\"{}\">Live</span></p>\n",
                 escape(options.live_version));
  writer.write("<main>\n<h1>{}</h1>\n", escape(page.title));
  writer.paragraphs(page.lead, " class=\"lead\"");
  writer.problems(page.problems);
  writer.highlights(page.highlights);
  writer.runs(page.runs);
  for (const Section& section : page.sections) {
    writer.write("<section id=\"{}\">\n<h2>{}</h2>\n", writer.key_of(section.heading), escape(section.heading));
    for (const Block& block : section.blocks) std::visit(writer, block);
    writer.write("</section>\n");
  }
  writer.write("</main>\n");
  write_footer(writer, page);
  if (!script().empty())
    writer.write("<script type=\"application/json\" id=\"page-data\">{}</script>\n<script>{}</script>\n", writer.data(),
                 script());
  writer.write("</body>\n</html>\n");
  return writer.take();
}

}  // namespace prenorm::html
