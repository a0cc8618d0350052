// Counts of the sentence pairs of a corpus that were kept and dropped.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace prenorm::data {

struct DroppedPairs {
  std::int64_t count = 0;
  std::string first;  // file:line of the first one
};

// pairs_read = pairs_kept + the three counts: a pair with several faults counts once, as invalid UTF-8 before empty
// before too long.
struct TextReport {
  std::int64_t pairs_read = 0;
  std::int64_t pairs_kept = 0;
  DroppedPairs invalid_utf8;
  DroppedPairs empty;
  DroppedPairs too_long;
};

// The counts for human readers: one line, and one more for each kind of fault that occurred.
std::vector<std::string> report_lines(const TextReport& report);

void to_json(nlohmann::json& json, const TextReport& report);
void from_json(const nlohmann::json& json, TextReport& report);

}  // namespace prenorm::data
