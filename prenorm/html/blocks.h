// The parts of a page as HTML, one function per kind.
#pragma once

#include <fmt/format.h>

#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prenorm/html/page.h"
#include "prenorm/html/page_data.h"

namespace prenorm::html {

class BlockWriter {
 public:
  // `drawings`: whether charts are drawn here or left to the script.
  explicit BlockWriter(bool drawings) : drawings_(drawings) {}

  void operator()(const Text& text) { paragraphs(text.paragraphs, ""); }
  void operator()(const Chart& chart);
  void operator()(const HeatMap& map);
  void operator()(const Table& table);
  void operator()(const Definitions& definitions);
  void operator()(const Preformatted& block);
  void operator()(const Samples& block);

  void paragraphs(const std::vector<std::string>& texts, std::string_view attribute);
  void highlights(const std::vector<Highlight>& items);
  void problems(const std::vector<std::string>& problems);
  void runs(const std::vector<RunEntry>& runs);

  template <class... Args>
  void write(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
  }

  // Letters, digits and hyphens, different for every call: "training-loss", "training-loss-2".
  std::string key_of(std::string_view title);
  // The numbers of all figures so far.
  std::string data() const { return page_data(charts_, heats_); }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
  bool drawings_;
  std::set<std::string> keys_;
  std::vector<KeyedChart> charts_;
  std::vector<KeyedHeatMap> heats_;
};

}  // namespace prenorm::html
