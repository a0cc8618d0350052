#include "prenorm/data/manifest.h"

#include <nlohmann/json.hpp>

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
  manifest.files = files_from(body.at("files"));
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
