#pragma once

#include <filesystem>
#include <string>

namespace prenorm::corpora {

// A hash of the names below `folder` and of all their contents: of files the bytes, of links where they lead.
// Errors: FileError where something cannot be read.
std::string hash_tree(const std::filesystem::path& folder);

}  // namespace prenorm::corpora
