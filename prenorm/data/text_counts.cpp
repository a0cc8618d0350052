#include "prenorm/data/text_counts.h"

#include <fmt/format.h>

#include <string_view>

#include "prenorm/base/json.h"
#include "prenorm/machine/terminal.h"

namespace prenorm::data {
namespace {

nlohmann::json dropped_json(const DroppedPairs& dropped) {
  return {{"count", dropped.count}, {"first", dropped.first}};
}

DroppedPairs dropped_from(const nlohmann::json& json) {
  const JsonReader fields(json);
  DroppedPairs dropped;
  fields.whole("count", dropped.count);
  fields.value("first", dropped.first);
  return dropped;
}

}  // namespace

std::vector<std::string> report_lines(const TextReport& report) {
  std::vector<std::string> lines{
      fmt::format("{} of {} sentence pairs kept", format_count(report.pairs_kept), format_count(report.pairs_read))};
  const auto add = [&lines](const DroppedPairs& dropped, std::string_view why) {
    if (dropped.count > 0)
      lines.push_back(fmt::format("{} dropped: {} (first: {})", format_count(dropped.count), why, dropped.first));
  };
  add(report.invalid_utf8, "not UTF-8");
  add(report.empty, "a side is empty");
  add(report.too_long, "a side is too long");
  return lines;
}

void to_json(nlohmann::json& target, const TextReport& report) {
  target = {{"pairs_read", report.pairs_read},
            {"pairs_kept", report.pairs_kept},
            {"invalid_utf8", dropped_json(report.invalid_utf8)},
            {"empty", dropped_json(report.empty)},
            {"too_long", dropped_json(report.too_long)}};
}

void from_json(const nlohmann::json& source, TextReport& report) {
  const JsonReader fields(source);
  fields.whole("pairs_read", report.pairs_read);
  fields.whole("pairs_kept", report.pairs_kept);
  report.invalid_utf8 = dropped_from(fields.at("invalid_utf8"));
  report.empty = dropped_from(fields.at("empty"));
  report.too_long = dropped_from(fields.at("too_long"));
}

}  // namespace prenorm::data
