// The files that all cells of a study are trained on: texts, tables, tokenizers, initial weights. They must not change
// before later cells are added, or the rows of the table would not be comparable.
#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>

#include "prenorm/studies/grid.h"
#include "prenorm/studies/study_folder.h"

namespace prenorm::studies {

// The hash of each file's content, by the key and the value that name it.
using StudyInputs = std::map<std::string, std::string>;

// Errors: FileError for a file that cannot be read.
StudyInputs inputs_of(std::span<const Cell> cells);

// Errors: UsageError naming a file that has changed since cells of the study were trained on it. A study whose cells
// have not begun has none.
void check_inputs(const StudyFolder& folder, const StudyInputs& now);

// Records the hashes in inputs.json, in addition to those of other cells.
void keep_inputs(const StudyFolder& folder, const StudyInputs& now);

}  // namespace prenorm::studies
