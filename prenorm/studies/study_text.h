// A study's table for human readers and for programs.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "prenorm/studies/study_table.h"

namespace prenorm::studies {

std::string to_text(const StudyTable& table);
// {"cells": [...], "summary": [...], "ranges": [...], "placements": [...], "target_loss_nats_per_token": ...}; unknown
// figures are left out.
nlohmann::ordered_json to_json(const StudyTable& table);
// One row per cell.
std::string to_csv(const StudyTable& table);
// "lr" for "optim.lr" if no other of the keys ends like that.
std::vector<std::string> short_names(const std::vector<std::string>& keys);
// "0.7012 (0.6985 to 0.7034)"; the value alone for a single cell, and nothing for none.
std::string spread_text(const Spread& spread, int digits);
// The same for the BLEU of a summary, or for each of the scores of a task with others.
std::vector<std::string> quality_texts(const SeedSummary& summary);
// "finished: 2400 updates, validation loss 2.1034, BLEU 33.10, 5:10".
std::string outcome_text(const CellRecord& cell);

}  // namespace prenorm::studies
