#pragma once

#include <filesystem>
#include <string>

namespace prenorm::corpora {

// A hash of the names below `folder` and of all their contents: the bytes of files, the targets of links. Errors:
// FileError if something cannot be read.
std::string hash_tree(const std::filesystem::path& folder);

}  // namespace prenorm::corpora
