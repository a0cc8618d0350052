// The rules, in the order in which they are tried.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "prenorm/diagnosis/diagnosis.h"
#include "prenorm/diagnosis/run_facts.h"

namespace prenorm::diagnosis {

struct Finding {
  Cause cause = Cause::kNone;
  Confidence confidence = Confidence::kHigh;
  std::vector<std::string> evidence{};
};

// The symptom, and the sentence that describes it.
std::pair<Symptom, std::string> find_symptom(const Evidence& evidence, const RunFacts& facts);
Finding find_cause(Symptom symptom, const Evidence& evidence, const RunFacts& facts);

}  // namespace prenorm::diagnosis
