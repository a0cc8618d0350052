// Files of unpacked packages.
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

namespace prenorm::corpora {

// The regular files (not links) below a folder whose names end in `suffix`, sorted, so that a corpus is the same on
// every machine. Errors: FileError if the folder is missing.
std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder, std::string_view suffix);

}  // namespace prenorm::corpora
