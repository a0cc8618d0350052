// One item that `prenorm doctor` checks.
#pragma once

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "prenorm/base/describe.h"

namespace prenorm::cli {

// In the order of severity. Only a problem keeps prenorm from working.
enum class Verdict : std::uint8_t { kOk, kWarning, kProblem };

struct Check {
  std::string name;
  Verdict verdict = Verdict::kOk;
  std::string finding;     // one line
  std::string advice;      // what to do; empty if nothing
  nlohmann::json details;  // the figures behind the finding
};

}  // namespace prenorm::cli

template <>
struct prenorm::EnumNames<prenorm::cli::Verdict> {
  using Verdict = prenorm::cli::Verdict;
  static constexpr std::array<std::pair<Verdict, std::string_view>, 3> values{
      {{Verdict::kOk, "ok"}, {Verdict::kWarning, "warning"}, {Verdict::kProblem, "problem"}}};
};
