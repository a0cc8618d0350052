// Checks of what prenorm needs in addition to LibTorch.
#pragma once

#include <filesystem>
#include <string>

#include "cli/doctor/check.h"

namespace prenorm::cli {

Check check_tokenizer();
// Free space at `folder`, which need not exist, and whether it is writable. `role`: "working directory".
Check check_space(const std::string& role, const std::filesystem::path& folder);
// The same for the folder of downloads.
Check check_cache();

}  // namespace prenorm::cli
