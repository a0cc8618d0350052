// One self-contained HTML page: no script, font or image from elsewhere. It is readable on a screen and a telephone, in
// light and dark schemes, in print, and with a screen reader. Everything is there without scripts; the script that it
// contains makes charts, tables and the list of runs interactive.
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "prenorm/html/chart.h"
#include "prenorm/html/heat_map.h"

namespace prenorm::html {

// Plain text, which is escaped when the page is written.
struct Text {
  std::vector<std::string> paragraphs;
};

// The first column names the row. A column whose cells are all numbers is right-aligned. Short rows are filled with
// empty cells.
struct Table {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
  std::string caption;
  // The RunEntry that each row belongs to; as many as rows, or none.
  std::vector<std::string> runs = {};
};

// Terms and their meaning, such as the definition of each number.
struct Definitions {
  std::vector<std::pair<std::string, std::string>> terms;
};

// Text that is shown unchanged: a command, a configuration.
struct Preformatted {
  std::string text;
  std::string caption;
  bool folded = false;  // only the caption is visible until it is opened
};

// A source sentence, its reference translation and the translation of each model: (model, translation).
struct Sample {
  std::string source;
  std::string reference;
  std::vector<std::pair<std::string, std::string>> hypotheses;
};

struct Samples {
  std::vector<Sample> samples;
};

using Block = std::variant<Text, Chart, HeatMap, Table, Definitions, Preformatted, Samples>;

struct Section {
  std::string heading;
  std::vector<Block> blocks;
};

// A number to show first: "3.21", "nats per token", "Pre-LN, no warm-up".
struct Highlight {
  std::string value;
  std::string unit;
  std::string label;
};

// A run whose series and rows readers can show or hide, with its look in all charts.
struct RunEntry {
  std::string id;  // the same as in Series::run and Table::runs
  std::string name;
  std::string detail;  // such as "finished, 2,400 updates"
  std::size_t look = 0;
};

struct Page {
  std::string title;
  std::vector<std::string> lead;
  // What could not be shown, and why: one sentence each.
  std::vector<std::string> problems;
  std::vector<Highlight> highlights;
  std::vector<RunEntry> runs;
  std::vector<Section> sections;
  // The last line, naming what created the page.
  std::string footer;
};

struct PageOptions {
  // The version of a page that a server keeps up to date, with which the page asks for changes (watch/). Empty for a
  // stand-alone page.
  std::string live_version = {};
  // false: leave out drawings for a page with a script, which asks for them once it runs.
  bool drawings = true;
};

// The page as HTML5. The same Page gives the same bytes. Errors: Error if a chart's series has different numbers of x
// and y, or a table's row has more cells than its header.
std::string html_page(const Page& page, const PageOptions& options = {});

}  // namespace prenorm::html
