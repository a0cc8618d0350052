// manifest.json: what a folder of prepared files holds, with a hash of its own, and the table of its files.
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

// Opens a file of the table that must hold `bytes`. Errors: FileError when it is missing, DataError when it is damaged
// or the table does not fit.
BlockFile open_listed(const std::filesystem::path& folder, const FileTable& files, const std::string& name,
                      std::int64_t bytes);

nlohmann::json files_json(const FileTable& files);
FileTable files_from(const nlohmann::json& json);

void write_manifest_body(const std::filesystem::path& folder, const nlohmann::json& body);
// Calls `read` with what was written. Errors: FileError when there is no manifest, DataError when it is damaged or of
// another format, or `read` misses something.
void read_manifest_body(const std::filesystem::path& folder, const std::function<void(const nlohmann::json&)>& read);

}  // namespace prenorm::data
