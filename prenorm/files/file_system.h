// The functions of std::filesystem with our own errors: its functions, and its iterators when they advance, throw
// messages of their own.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace prenorm {

// Whether a file, folder or anything else exists, following links. Errors: FileError if that cannot be found out.
bool is_there(const std::filesystem::path& path);
bool is_folder(const std::filesystem::path& path);
// Whether both paths lead to the same file; false if one of them does not exist.
bool is_same_file(const std::filesystem::path& a, const std::filesystem::path& b);

// The entries of a folder in the order of their names; none if it is missing or cannot be read.
std::vector<std::filesystem::path> entries_of(const std::filesystem::path& folder);

// Creates a folder and its parents. Errors: FileError.
void make_folder(const std::filesystem::path& path);
// Removes a file or a link, if it exists. Errors: FileError.
void remove_file(const std::filesystem::path& path);

// Paths mean what they mean to the system: `..` of a link is the parent of the folder that it points to, which the text
// of the path does not show.

// The same path without "." and redundant separators: "runs/my" for "runs/./my/".
std::filesystem::path plain_path(const std::filesystem::path& path);
// The folder that `path` is in: "." for "my", "my/../.." for "my/..".
std::filesystem::path folder_of(const std::filesystem::path& path);
// The last component of a path, even if it is "." or "..".
std::string name_of_folder(const std::filesystem::path& path);
// At most `bytes` bytes of a name, cut between two characters: file names have at most 255 bytes.
std::string cut_name(const std::string& name, std::size_t bytes);
// The path from the root. Errors: FileError if the working folder no longer exists.
std::filesystem::path absolute_path(const std::filesystem::path& path);

}  // namespace prenorm
