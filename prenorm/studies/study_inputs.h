// The files that all cells of a study learn from: texts, tables, tokenizers, the weights they start from. A cell that
// is added later must find them as the first ones did, or the table compares what cannot be compared.
#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>

#include "prenorm/studies/grid.h"
#include "prenorm/studies/study_folder.h"

namespace prenorm::studies {

// By the key and the value that name a file: the hash of its content.
using StudyInputs = std::map<std::string, std::string>;

// Errors: FileError for a file that cannot be read.
StudyInputs inputs_of(std::span<const Cell> cells);

// Errors: UsageError naming a file that is no longer the one that cells of the study have learned from. A study whose
// cells have not begun has no such file.
void check_inputs(const StudyFolder& folder, const StudyInputs& now);

// Keeps them in inputs.json, beside those of other cells.
void keep_inputs(const StudyFolder& folder, const StudyInputs& now);

}  // namespace prenorm::studies
