#include "prenorm/diagnosis/diagnosis.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "prenorm/base/json_kind.h"
#include "prenorm/base/json_text.h"
#include "prenorm/diagnosis/diagnosis_rules.h"
#include "prenorm/diagnosis/remedies.h"
#include "prenorm/files/file.h"

namespace prenorm::diagnosis {

Diagnosis diagnose(const Evidence& evidence) {
  const RunFacts facts = facts_of(evidence);
  Diagnosis diagnosis;
  std::tie(diagnosis.symptom, diagnosis.seen) = find_symptom(evidence, facts);
  const Finding found = find_cause(diagnosis.symptom, evidence, facts);
  diagnosis.cause = found.cause;
  diagnosis.confidence = found.confidence;
  diagnosis.evidence = found.evidence;
  diagnosis.theory = theory_for(found.cause, evidence);
  diagnosis.remedies = remedies_for(found.cause, evidence);
  diagnosis.layers = layer_rows(evidence);
  diagnosis.from = evidence;
  return diagnosis;
}

std::string at_unigram_loss_text(double nll, double unigram_nats) {
  return fmt::format("{:.3f} nats per target token, is {} the {:.3f} given by the frequencies of target tokens alone",
                     nll, nll >= unigram_nats ? "not below" : "less than 5 % below", unigram_nats);
}

std::string Diagnosis::advice() const {
  std::vector<std::string> ways;
  constexpr std::string_view kRate = "optim.lr = ";
  for (const Remedy& r : remedies)
    ways.push_back(r.line.empty()                ? r.why
                   : cause == Cause::kRateTooLow ? "set " + r.line
                   : r.line.starts_with(kRate)   ? "lower optim.lr to " + r.line.substr(kRate.size())
                                                 : "set " + r.line);
  return fmt::format("the likely cause is that {}: {}", cause_text(cause), fmt::join(ways, ", or "));
}

void write_diagnosis(const runs::RunFolder& folder, const Diagnosis& diagnosis) {
  // Text that names lines of a file may hold its name, which need not be UTF-8.
  write_file_atomically(folder.diagnosis(), json_text(with_kind(json_kinds::kDiagnosis, to_json(diagnosis)), 2) + "\n");
  write_file_atomically(folder.diagnosis_page(), to_page(diagnosis));
}

}  // namespace prenorm::diagnosis
