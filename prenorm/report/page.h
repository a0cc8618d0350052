// One HTML page that holds everything it shows: no script, no font, no image from elsewhere. It reads well on a screen
// and a telephone, in light and dark schemes, in print, and with a screen reader.
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "prenorm/report/chart.h"

namespace prenorm::report {

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
};

// Terms and what they mean, such as how each number is defined.
struct Definitions {
  std::vector<std::pair<std::string, std::string>> terms;
};

// Text kept as it is: a command, a configuration.
struct Preformatted {
  std::string text;
  std::string caption;
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

using Block = std::variant<Text, Chart, Table, Definitions, Preformatted, Samples>;

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

struct Page {
  std::string title;
  std::vector<std::string> lead;
  std::vector<Highlight> highlights;
  std::vector<Section> sections;
  // The last line: what made the page.
  std::string footer;
};

// The page as HTML5. The same Page gives the same bytes.
// Errors: Error when a chart's series has another number of x than of y, or a table's row more cells than its header.
std::string html_page(const Page& page);

}  // namespace prenorm::report
