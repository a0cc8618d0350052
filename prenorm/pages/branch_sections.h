// The page section of a study of branches: the loss over the batch size, and the critical batch size.
#pragma once

#include <string>

#include "prenorm/html/page.h"
#include "prenorm/studies/branch_study.h"

namespace prenorm::pages {

// `prefix` comes before the heading: "first: ".
html::Section branch_section(const studies::BranchStudy& study, const std::string& prefix);

// The command that made the study in `folder`, which is a word of a shell.
std::string branches_command(const studies::BranchStudy& study, const std::string& folder);

}  // namespace prenorm::pages
