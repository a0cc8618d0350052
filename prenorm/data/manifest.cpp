#include "prenorm/data/manifest.h"

#include "prenorm/base/json.h"

namespace prenorm::data {
namespace {

using nlohmann::json;

json body_json(const Manifest& manifest) {
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
          {"files", files_json(manifest.files)}};
}

Manifest body_from(const json& body) {
  Manifest manifest;
  const JsonReader fields(body);
  fields.whole("pairs", manifest.pairs);
  fields.whole("source_tokens", manifest.source_tokens);
  fields.whole("target_tokens", manifest.target_tokens);
  fields.whole("longest_source", manifest.longest_source);
  fields.whole("longest_target", manifest.longest_target);
  fields.whole("longest_target_line", manifest.longest_target_line);
  fields.whole("source_vocab", manifest.source_vocab);
  fields.whole("target_vocab", manifest.target_vocab);
  fields.whole("source_eos", manifest.frame.source_eos, kTokenId);
  fields.whole("target_start", manifest.frame.target_start, kTokenId);
  fields.whole("target_eos", manifest.frame.target_eos, kTokenId);
  fields.value("source_path", manifest.source_path);
  fields.value("target_path", manifest.target_path);
  fields.value("report", manifest.report);
  manifest.files = files_from(fields.at("files"));
  return manifest;
}

}  // namespace

void write_manifest(const std::filesystem::path& folder, const Manifest& manifest) {
  write_manifest_body(folder, body_json(manifest));
}

Manifest read_manifest(const std::filesystem::path& folder) {
  Manifest manifest;
  read_manifest_body(folder, [&](const json& body) { manifest = body_from(body); });
  return manifest;
}

}  // namespace prenorm::data
