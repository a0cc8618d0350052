// manifest.json: the content of a folder of prepared files, with its own hash, and the table of its files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "prenorm/data/block_file.h"

namespace prenorm::data {

inline constexpr std::int64_t kPreparedFormat = 1;

using FileTable = std::map<std::string, BlockFileInfo>;  // by name in the folder

// Opens a file of the table that must have `bytes`. Errors: FileError if it is missing, DataError if it is damaged or
// does not match the table.
BlockFile open_listed(const std::filesystem::path& folder, const FileTable& files, const std::string& name,
                      std::int64_t bytes);

nlohmann::json files_json(const FileTable& files);
FileTable files_from(const nlohmann::json& json);

void write_manifest_body(const std::filesystem::path& folder, const nlohmann::json& body);
// Calls `read` with the body that was written. Errors: FileError if there is no manifest, DataError if it is damaged or
// has another format, or if `read` finds something missing.
void read_manifest_body(const std::filesystem::path& folder, const std::function<void(const nlohmann::json&)>& read);

}  // namespace prenorm::data
