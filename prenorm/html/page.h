// One HTML page that holds everything it shows: no script, no font, no image from elsewhere. It reads well on a screen
// and a telephone, in light and dark schemes, in print, and with a screen reader. All of it is there without scripts;
// the script that it carries makes charts, tables and the list of runs answer.
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "prenorm/html/chart.h"
#include "prenorm/html/heat_map.h"

namespace prenorm::html {

// All text is plain: it is escaped where the page is made.
struct Text {
  std::vector<std::string> paragraphs;
};

// The first column names its row. A column whose cells are all numbers is set flush right. Short rows are filled up
// with empty cells.
struct Table {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
  std::string caption;
  // The RunEntry that each row is about; as many as rows, or none.
  std::vector<std::string> runs = {};
};

// Terms and what they mean, such as how each number is defined.
struct Definitions {
  std::vector<std::pair<std::string, std::string>> terms;
};

// Text kept as it is: a command, a configuration.
struct Preformatted {
  std::string text;
  std::string caption;
  bool folded = false;  // only its caption shows until it is opened
};

// A source sentence, its reference translation and what each model made of it: (model, translation).
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

// A number to see first: "3.21", "nats per token", "Pre-LN, no warm-up".
struct Highlight {
  std::string value;
  std::string unit;
  std::string label;
};

// A run whose series and rows readers may show or hide, and its look in all charts.
struct RunEntry {
  std::string id;  // as Series::run and Table::runs have it
  std::string name;
  std::string detail;  // "finished, 2,400 updates"
  std::size_t look = 0;
};

struct Page {
  std::string title;
  std::vector<std::string> lead;
  // What could not be shown, and why: a sentence each.
  std::vector<std::string> problems;
  std::vector<Highlight> highlights;
  std::vector<RunEntry> runs;
  std::vector<Section> sections;
  // The last line: what made the page.
  std::string footer;
};

struct PageOptions {
  // Of a page that a server keeps up to date: what the page asks it by (watch/). Empty for a page that stands alone.
  std::string live_version = {};
  // Without drawings where there is a script: what it asks for once it runs.
  bool drawings = true;
};

// The page as HTML5. The same Page gives the same bytes.
// Errors: Error when a chart's series has another number of x than of y, or a table's row more cells than its header.
std::string html_page(const Page& page, const PageOptions& options = {});

}  // namespace prenorm::html
