// What prenorm needs besides LibTorch.
#pragma once

#include <filesystem>
#include <string>

#include "cli/doctor/check.h"

namespace prenorm::cli {

Check check_tokenizer();
// Free space where `folder` is or would be made, and whether it can be written to. `role`: "working directory".
Check check_space(const std::string& role, const std::filesystem::path& folder);
// The same of the folder of downloads.
Check check_cache();

}  // namespace prenorm::cli
