#include "prenorm/data/manifest_file.h"

#include "prenorm/base/error.h"
#include "prenorm/base/json.h"
#include "prenorm/base/json_text.h"
#include "prenorm/files/file.h"
#include "prenorm/files/hash.h"
#include "prenorm/files/json_file.h"

namespace prenorm::data {
namespace {

using nlohmann::json;

std::filesystem::path manifest_path(const std::filesystem::path& folder) { return folder / "manifest.json"; }

// The content of the file; format and hash are functions of the body.
std::string render(const json& body) {
  return json_text(json{{"format", kPreparedFormat}, {"hash", hash_hex(json_text(body))}, {"corpus", body}}, 2) + "\n";
}

}  // namespace

BlockFile open_listed(const std::filesystem::path& folder, const FileTable& files, const std::string& name,
                      std::int64_t bytes) {
  const auto info = files.find(name);
  if (info == files.end() || info->second.bytes != bytes)
    throw_error<DataError>("{}: does not match its files; delete the folder; it will be created again from the text",
                           manifest_path(folder).string());
  return {folder / name, info->second};
}

json files_json(const FileTable& files) {
  json result = json::object();
  for (const auto& [name, info] : files) result[name] = {{"bytes", info.bytes}, {"hash", info.hash}};
  return result;
}

FileTable files_from(const json& files) {
  FileTable result;
  for (const auto& [name, info] : files.items()) {
    const JsonReader fields(info);
    fields.whole("bytes", result[name].bytes);
    fields.value("hash", result[name].hash);
  }
  return result;
}

void write_manifest_body(const std::filesystem::path& folder, const json& body) {
  // Parsed again, so that the hash covers exactly what will be read.
  write_file_atomically(manifest_path(folder), render(parse_json(json_text(body))));
}

void read_manifest_body(const std::filesystem::path& folder, const std::function<void(const json&)>& read) {
  const std::filesystem::path path = manifest_path(folder);
  const std::string content = read_json_text(path);
  try {
    const json file = parse_json(content);
    const json& body = JsonReader(file).at("corpus");
    if (render(body) == content) return read(body);
  } catch (const JsonError&) {  // reported below as a damaged file
  }
  throw_error<DataError>(
      "{}: damaged, or of another version; delete the folder {}; it will be created again from the text", path.string(),
      folder.string());
}

}  // namespace prenorm::data
