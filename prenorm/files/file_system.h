// What std::filesystem does, with our own errors: its functions throw messages of their own, and so do its iterators
// when they move.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace prenorm {

// Whether there is a file, folder or anything else, behind links. Errors: FileError where that cannot be found out.
bool is_there(const std::filesystem::path& path);
bool is_folder(const std::filesystem::path& path);
// Whether both paths lead to one file. False where one of them is not there.
bool is_same_file(const std::filesystem::path& a, const std::filesystem::path& b);

// What a folder holds, in the order of names; nothing where it is missing or cannot be read.
std::vector<std::filesystem::path> entries_of(const std::filesystem::path& folder);

// Makes a folder, and those above it. Errors: FileError.
void make_folder(const std::filesystem::path& path);
// Removes a file or a link; nothing happens where there is none. Errors: FileError.
void remove_file(const std::filesystem::path& path);

// Paths are what the system takes them for: `..` of a link is the folder above what it points to, which the text of the
// path does not say.

// The same path without "." and separators to spare: "runs/my" for "runs/./my/".
std::filesystem::path plain_path(const std::filesystem::path& path);
// The folder that `path` is in: "." for "my", "my/../.." for "my/..".
std::filesystem::path folder_of(const std::filesystem::path& path);
// The last name of a path, also where that is "." or "..".
std::string name_of_folder(const std::filesystem::path& path);
// At most `bytes` bytes of a name, cut between two characters: a file's name has 255 bytes at most.
std::string cut_name(const std::string& name, std::size_t bytes);
// Starting at the root. Errors: FileError where the working folder is gone.
std::filesystem::path absolute_path(const std::filesystem::path& path);

}  // namespace prenorm
