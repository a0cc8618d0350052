// A study's table as people and programs read it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "prenorm/lab/study_table.h"

namespace prenorm::lab {

std::string to_text(const StudyTable& table);
// {"cells": [...], "summary": [...], "ranges": [...], "placements": [...], "target_loss_nats_per_token": ...}; figures
// that are not known are left out.
nlohmann::ordered_json to_json(const StudyTable& table);
// A row a cell.
std::string to_csv(const StudyTable& table);
// "lr" for "optim.lr" where no other of the keys ends so.
std::vector<std::string> short_names(const std::vector<std::string>& keys);
// "finished: 2400 updates, validation loss 2.1034, BLEU 33.10, 5:10".
std::string outcome_text(const CellRecord& cell);

}  // namespace prenorm::lab
