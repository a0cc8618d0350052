#include "prenorm/data/manifest.h"

#include <nlohmann/json.hpp>

#include "prenorm/base/error.h"
#include "prenorm/base/file.h"
#include "prenorm/base/hash.h"

namespace prenorm::data {
namespace {

using nlohmann::json;

// Paths need not be UTF-8, JSON must be.
std::string dump(const json& value, int indent) {
  return value.dump(indent, ' ', false, json::error_handler_t::replace);
}

std::filesystem::path manifest_path(const std::filesystem::path& folder) { return folder / "manifest.json"; }

// The whole file: format and hash are functions of the body.
std::string render(const json& body) {
  return dump({{"format", kPreparedFormat}, {"hash", hash_hex(dump(body, -1))}, {"corpus", body}}, 2) + "\n";
}

json body_json(const Manifest& manifest) {
  json files = json::object();
  for (const auto& [name, info] : manifest.files) files[name] = {{"bytes", info.bytes}, {"hash", info.hash}};
  return {{"pairs", manifest.pairs},
          {"source_tokens", manifest.source_tokens},
          {"target_tokens", manifest.target_tokens},
          {"longest_source", manifest.longest_source},
          {"longest_target", manifest.longest_target},
          {"longest_target_line", manifest.longest_target_line},
          {"source_vocab", manifest.source_vocab},
          {"target_vocab", manifest.target_vocab},
          {"source_eos", manifest.frame.source_eos},
          {"target_start", manifest.frame.target_start},
          {"target_eos", manifest.frame.target_eos},
          {"source_path", manifest.source_path},
          {"target_path", manifest.target_path},
          {"report", manifest.report},
          {"files", files}};
}

Manifest body_from(const json& body) {
  Manifest manifest;
  body.at("pairs").get_to(manifest.pairs);
  body.at("source_tokens").get_to(manifest.source_tokens);
  body.at("target_tokens").get_to(manifest.target_tokens);
  body.at("longest_source").get_to(manifest.longest_source);
  body.at("longest_target").get_to(manifest.longest_target);
  body.at("longest_target_line").get_to(manifest.longest_target_line);
  body.at("source_vocab").get_to(manifest.source_vocab);
  body.at("target_vocab").get_to(manifest.target_vocab);
  body.at("source_eos").get_to(manifest.frame.source_eos);
  body.at("target_start").get_to(manifest.frame.target_start);
  body.at("target_eos").get_to(manifest.frame.target_eos);
  body.at("source_path").get_to(manifest.source_path);
  body.at("target_path").get_to(manifest.target_path);
  body.at("report").get_to(manifest.report);
  for (const auto& [name, info] : body.at("files").items())
    manifest.files[name] = {info.at("bytes").get<std::int64_t>(), info.at("hash").get<std::string>()};
  return manifest;
}

}  // namespace

void write_manifest(const std::filesystem::path& folder, const Manifest& manifest) {
  // Parsed again, so that the hash is taken over exactly what will be read.
  const json body = json::parse(dump(body_json(manifest), -1));
  write_file_atomically(manifest_path(folder), render(body));
}

Manifest read_manifest(const std::filesystem::path& folder) {
  const std::filesystem::path path = manifest_path(folder);
  const std::string content = read_file(path);
  try {
    const json body = json::parse(content).at("corpus");
    if (render(body) == content) return body_from(body);
  } catch (const json::exception&) {  // told below, as what it means
  }
  throw_error<DataError>(
      "{}: damaged, or of another version; delete the folder {}, it will be made again from the text", path.string(),
      folder.string());
}

}  // namespace prenorm::data
