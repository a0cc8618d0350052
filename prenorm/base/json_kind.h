// What a JSON document of prenorm's is: its members "kind" and "version". Readers go by them, never by which other
// members there are. docs/versioning.md lists the kinds.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>

namespace prenorm {

// The version grows when a member changes its meaning or goes; new members alone leave it as it is.
struct JsonKind {
  std::string_view name;
  std::int64_t version = 1;
};

namespace json_kinds {

// Documents that prenorm itself reads again.
inline constexpr JsonKind kRunResults{"run_results"}, kStudy{"study"}, kDiagnosis{"diagnosis"}, kProbe{"probe"},
    kWeightUpdates{"weight_updates"}, kTheoryChecks{"theory_checks"}, kReproduction{"reproduction"},
    kExperiment{"experiment"}, kNoiseScale{"noise_scale"};
// Answers of commands, for other programs.
inline constexpr JsonKind kAdvice{"advice"}, kRateSearch{"rate_search"}, kReplay{"replay"},
    kTrainingSpeed{"training_speed"}, kDecodingSpeed{"decoding_speed"}, kDoctor{"doctor"}, kEvaluation{"evaluation"},
    kScores{"scores"}, kPredictions{"predictions"}, kGeneration{"generation"}, kConfiguration{"configuration"},
    kReport{"report"}, kWatch{"watch"}, kDemo{"demo"}, kImport{"import"}, kExport{"export"}, kCorpus{"corpus"},
    kExperiments{"experiments"}, kPruning{"pruning"}, kBranchStudy{"branch_study"};

}  // namespace json_kinds

// The members with the kind and the version before them, in place of any that are there.
nlohmann::ordered_json with_kind(const JsonKind& kind, const nlohmann::ordered_json& members);

// Whether the document says that it is of this kind, in a version that this program can read.
bool is_of_kind(const nlohmann::json& document, const JsonKind& kind);
// Whether the document says of which kind it is; early builds wrote none.
bool has_kind(const nlohmann::json& document);

}  // namespace prenorm
