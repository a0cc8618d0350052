#include "prenorm/report/page.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

#include "prenorm/base/error.h"
#include "prenorm/report/escape.h"
#include "prenorm/report/style.h"

namespace prenorm::report {
namespace {

// Whether a cell reads as a number: digits with a sign, separators or a percent sign; an empty cell or a dash says that
// there is none.
bool is_number(std::string_view cell) {
  if (cell.empty() || cell == "–" || cell == "—" || cell == "-") return true;
  for (const std::string_view sign : {"−", "+", "-"})
    if (cell.starts_with(sign)) cell.remove_prefix(sign.size());
  return !cell.empty() && cell[0] >= '0' && cell[0] <= '9' &&
         cell.find_first_not_of("0123456789.,:eE+-% ") == std::string_view::npos;
}

std::vector<bool> number_columns(const Table& table) {
  std::vector<bool> numbers(table.header.size(), !table.rows.empty());
  for (const auto& row : table.rows)
    for (std::size_t i = 0; i < row.size(); ++i) numbers[i] = numbers[i] && is_number(row[i]);
  if (!numbers.empty()) numbers[0] = false;
  return numbers;
}

void check(const Table& table) {
  for (std::size_t i = 0; i < table.rows.size(); ++i)
    if (table.rows[i].size() > table.header.size())
      throw_error<Error>("table '{}': row {} has {} cells, the header {}; name every column", table.caption, i + 1,
                         table.rows[i].size(), table.header.size());
}

// Turns the parts of a page into HTML, one function a kind.
class Writer {
 public:
  void operator()(const Text& text) { paragraphs(text.paragraphs, ""); }

  void operator()(const Chart& chart) {
    write("<figure>\n<figcaption>{}</figcaption>\n{}{}", escape(chart.title), svg_chart(chart, ChartLayout::kWide),
          svg_chart(chart, ChartLayout::kNarrow));
    if (!chart.note.empty()) write("<p class=\"note\">{}</p>\n", escape(chart.note));
    write("</figure>\n");
  }

  void operator()(const Table& table) {
    check(table);
    // A region that scrolls must be reachable with the keyboard and have a name.
    write("<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{}\">\n<table>\n",
          escape(table.caption.empty() ? "Table" : table.caption));
    if (!table.caption.empty()) write("<caption>{}</caption>\n", escape(table.caption));
    const std::vector<bool> numbers = number_columns(table);
    const auto attribute = [&](std::size_t i) { return numbers[i] ? " class=\"number\"" : ""; };
    write("<thead><tr>");
    for (std::size_t i = 0; i < table.header.size(); ++i)
      write("<th scope=\"col\"{}>{}</th>", attribute(i), escape(table.header[i]));
    write("</tr></thead>\n<tbody>\n");
    for (const auto& row : table.rows) {
      write("<tr>");
      for (std::size_t i = 0; i < table.header.size(); ++i) {
        const std::string cell = i < row.size() ? escape(row[i]) : "";
        if (i == 0) {
          write("<th scope=\"row\">{}</th>", cell);
        } else {
          write("<td{}>{}</td>", attribute(i), cell);
        }
      }
      write("</tr>\n");
    }
    write("</tbody>\n</table>\n</div>\n");
  }

  void operator()(const Definitions& definitions) {
    if (definitions.terms.empty()) return;
    write("<dl class=\"terms\">\n");
    for (const auto& [term, meaning] : definitions.terms)
      write("<dt>{}</dt><dd>{}</dd>\n", escape(term), escape(meaning));
    write("</dl>\n");
  }

  void operator()(const Preformatted& block) {
    write("<figure>\n");
    if (!block.caption.empty()) write("<figcaption>{}</figcaption>\n", escape(block.caption));
    // HTML drops a newline right after <pre>.
    write("<pre tabindex=\"0\">\n{}</pre>\n</figure>\n", escape(block.text));
  }

  void operator()(const Samples& block) {
    for (const Sample& sample : block.samples) {
      // dir="auto": each text runs in the direction of its own script.
      write("<dl class=\"sample\">\n<dt>Source</dt><dd class=\"source\" dir=\"auto\">{}</dd>\n", escape(sample.source));
      write("<dt>Reference</dt><dd dir=\"auto\">{}</dd>\n", escape(sample.reference));
      for (const auto& [model, text] : sample.hypotheses)
        write("<dt>{}</dt><dd dir=\"auto\">{}</dd>\n", escape(model), text.empty() ? "(nothing)" : escape(text));
      write("</dl>\n");
    }
  }

  void paragraphs(const std::vector<std::string>& texts, std::string_view attribute) {
    for (const std::string& text : texts) write("<p{}>{}</p>\n", attribute, escape(text));
  }

  void highlights(const std::vector<Highlight>& items) {
    if (items.empty()) return;
    write("<dl class=\"highlights\">\n");
    for (const Highlight& item : items)
      write("<div><dt>{}</dt><dd>{} <small>{}</small></dd></div>\n", escape(item.label), escape(item.value),
            escape(item.unit));
    write("</dl>\n");
  }

  template <class... Args>
  void write(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
  }

  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

}  // namespace

std::string html_page(const Page& page) {
  Writer writer;
  // The policy keeps the promise: a browser loads nothing from anywhere for this page.
  writer.write(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src "
      "data:\">\n<link rel=\"icon\" href=\"data:,\">\n<title>{0}</title>\n<style>{1}</style>\n</head>\n<body>\n<main>\n"
      "<h1>{0}</h1>\n",
      escape(page.title), style_sheet());
  writer.paragraphs(page.lead, " class=\"lead\"");
  writer.highlights(page.highlights);
  for (const Section& section : page.sections) {
    writer.write("<section>\n<h2>{}</h2>\n", escape(section.heading));
    for (const Block& block : section.blocks) std::visit(writer, block);
    writer.write("</section>\n");
  }
  writer.write("</main>\n");
  if (!page.footer.empty()) writer.write("<footer>{}</footer>\n", escape(page.footer));
  writer.write("</body>\n</html>\n");
  return writer.take();
}

}  // namespace prenorm::report
