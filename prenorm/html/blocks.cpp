#include "prenorm/html/blocks.h"

#include <algorithm>

#include "prenorm/base/error.h"
#include "prenorm/html/escape.h"
#include "prenorm/html/legend.h"

namespace prenorm::html {
namespace {

// Charts with more series are drawn once, for wide screens: a telephone uses the script, or scrolls.
constexpr std::size_t kMostNarrowSeries = 12;

// Whether a cell reads as a number: digits with a sign, separators or a percent sign. An empty cell or a dash means
// that there is none.
bool is_number(std::string_view cell) {
  if (cell.empty() || cell == "–" || cell == "—" || cell == "-") return true;
  for (const std::string_view sign : {"−", "+", "-"})
    if (cell.starts_with(sign)) cell.remove_prefix(sign.size());
  cell = cell.substr(0, cell.find("×10"));  // and a power
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
      throw_error<Error>("table '{}': row {} has {} cells but the header {}; name every column", table.caption, i + 1,
                         table.rows[i].size(), table.header.size());
}

}  // namespace

std::string BlockWriter::key_of(std::string_view title) {
  std::string key;
  for (const char c : title) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter)
      key += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    else if (!key.empty() && key.back() != '-')
      key += '-';
  }
  while (key.ends_with('-')) key.pop_back();
  if (key.empty()) key = "part";
  std::string unique = key;
  for (int n = 2; !keys_.insert(unique).second; ++n) unique = fmt::format("{}-{}", key, n);
  return unique;
}

void BlockWriter::operator()(const Chart& chart) {
  const std::string key = key_of(chart.title);
  charts_.push_back({key, &chart});
  const bool both = chart.series.size() <= kMostNarrowSeries;
  write("<figure data-chart=\"{}\"{}>\n<figcaption>{}</figcaption>\n", key, both ? "" : " class=\"one-drawing\"",
        escape(chart.title));
  if (drawings_) {
    write("{}", svg_chart(chart, ChartLayout::kWide));
    if (both) write("{}", svg_chart(chart, ChartLayout::kNarrow));
  }
  if (!chart.note.empty()) write("<p class=\"note\">{}</p>\n", escape(chart.note));
  write("</figure>\n");
}

void BlockWriter::operator()(const HeatMap& map) {
  const std::string key = key_of(map.title);
  heats_.push_back({key, &map});
  write("<figure data-heat=\"{}\">\n<figcaption>{}</figcaption>\n{}", key, escape(map.title), heat_map_html(map));
  if (!map.note.empty()) write("<p class=\"note\">{}</p>\n", escape(map.note));
  write("</figure>\n");
}

void BlockWriter::operator()(const Table& table) {
  check(table);
  // A region that scrolls must be reachable with the keyboard and have a name.
  const std::string name = table.caption.empty() ? "Table" : table.caption;
  write("<div class=\"scroll\" role=\"region\" tabindex=\"0\" data-table=\"{}\" aria-label=\"{}\">\n<table>\n",
        key_of(name), escape(name));
  if (!table.caption.empty()) write("<caption>{}</caption>\n", escape(table.caption));
  const std::vector<bool> numbers = number_columns(table);
  const auto attribute = [&](std::size_t i) { return numbers[i] ? " class=\"number\"" : ""; };
  write("<thead><tr>");
  for (std::size_t i = 0; i < table.header.size(); ++i)
    write("<th scope=\"col\"{}>{}</th>", attribute(i), escape(table.header[i]));
  write("</tr></thead>\n<tbody>\n");
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    const auto& row = table.rows[r];
    write("<tr{}>", r < table.runs.size() ? run_attribute(table.runs[r]) : "");
    for (std::size_t i = 0; i < table.header.size(); ++i) {
      const std::string cell = i < row.size() ? escape(row[i]) : "";
      if (i == 0)
        write("<th scope=\"row\">{}</th>", cell);
      else
        write("<td{}>{}</td>", attribute(i), cell);
    }
    write("</tr>\n");
  }
  write("</tbody>\n</table>\n</div>\n");
}

void BlockWriter::operator()(const Definitions& definitions) {
  if (definitions.terms.empty()) return;
  write("<dl class=\"terms\">\n");
  for (const auto& [term, meaning] : definitions.terms)
    write("<dt>{}</dt><dd>{}</dd>\n", escape(term), escape(meaning));
  write("</dl>\n");
}

void BlockWriter::operator()(const Preformatted& block) {
  // HTML drops a newline right after <pre>.
  const std::string pre = fmt::format("<pre tabindex=\"0\">\n{}</pre>\n", escape(block.text));
  if (block.folded) {
    write("<details>\n<summary>{}</summary>\n{}</details>\n", escape(block.caption), pre);
    return;
  }
  write("<figure>\n");
  if (!block.caption.empty()) write("<figcaption>{}</figcaption>\n", escape(block.caption));
  write("{}</figure>\n", pre);
}

void BlockWriter::operator()(const Samples& block) {
  for (const Sample& sample : block.samples) {
    // dir="auto": each text runs in the direction of its own script.
    write("<dl class=\"sample\">\n<dt>Source</dt><dd class=\"source\" dir=\"auto\">{}</dd>\n", escape(sample.source));
    write("<dt>Reference</dt><dd dir=\"auto\">{}</dd>\n", escape(sample.reference));
    for (const auto& [model, text] : sample.hypotheses)
      write("<dt>{}</dt><dd dir=\"auto\">{}</dd>\n", escape(model), text.empty() ? "(nothing)" : escape(text));
    write("</dl>\n");
  }
}

void BlockWriter::paragraphs(const std::vector<std::string>& texts, std::string_view attribute) {
  for (const std::string& text : texts) write("<p{}>{}</p>\n", attribute, escape(text));
}

void BlockWriter::highlights(const std::vector<Highlight>& items) {
  if (items.empty()) return;
  write("<dl class=\"highlights\">\n");
  for (const Highlight& item : items)
    write("<div><dt>{}</dt><dd>{} <small>{}</small></dd></div>\n", escape(item.label), escape(item.value),
          escape(item.unit));
  write("</dl>\n");
}

void BlockWriter::problems(const std::vector<std::string>& problems) {
  if (problems.empty()) return;
  write("<section class=\"problems\">\n<h2>Could not be read</h2>\n<ul>\n");
  for (const std::string& problem : problems) write("<li>{}</li>\n", escape(problem));
  write("</ul>\n</section>\n");
}

void BlockWriter::runs(const std::vector<RunEntry>& runs) {
  if (runs.empty()) return;
  write("<section class=\"runs\" data-runs=\"\">\n<h2>Runs</h2>\n<ul>\n");
  for (const RunEntry& run : runs) {
    write(
        "<li{}><svg class=\"key\" width=\"28\" height=\"12\" viewBox=\"0 0 28 12\" aria-hidden=\"true\"><path "
        "d=\"M0,6h28\" fill=\"none\" stroke-width=\"2.5\" style=\"stroke:{}\"{}/></svg><span>{}",
        run_attribute(run.id), series_colour(run.look), dash_attribute({}, run.look), escape(run.name));
    if (!run.detail.empty()) write(" <small>{}</small>", escape(run.detail));
    write("</span></li>\n");
  }
  write("</ul>\n</section>\n");
}

}  // namespace prenorm::html
