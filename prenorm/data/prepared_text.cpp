#include "prenorm/data/prepared_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "prenorm/base/json.h"

namespace prenorm::data {

using nlohmann::json;

void write_text_manifest(const std::filesystem::path& folder, const TextManifest& manifest) {
  const TextCounts& counts = manifest.counts;
  write_manifest_body(folder,
                      {{"documents", manifest.documents},
                       {"tokens", manifest.tokens},
                       {"vocab", manifest.vocab},
                       {"separator", manifest.separator},
                       {"path", manifest.path},
                       {"lines", counts.lines},
                       {"bytes", counts.bytes},
                       {"invalid_utf8", {{"count", counts.invalid_utf8.count}, {"first", counts.invalid_utf8.first}}},
                       {"files", files_json(manifest.files)}});
}

TextManifest read_text_manifest(const std::filesystem::path& folder) {
  TextManifest manifest;
  read_manifest_body(folder, [&](const json& body) {
    const JsonReader fields(body), invalid(fields.at("invalid_utf8"));
    fields.whole("documents", manifest.documents);
    fields.whole("tokens", manifest.tokens);
    fields.whole("vocab", manifest.vocab);
    fields.whole("separator", manifest.separator, kTokenId);
    fields.value("path", manifest.path);
    fields.whole("lines", manifest.counts.lines);
    fields.whole("bytes", manifest.counts.bytes);
    invalid.whole("count", manifest.counts.invalid_utf8.count);
    invalid.value("first", manifest.counts.invalid_utf8.first);
    manifest.files = files_from(fields.at("files"));
  });
  return manifest;
}

PreparedText::PreparedText(const std::filesystem::path& folder)
    : folder_(folder),
      manifest_(read_text_manifest(folder)),
      stream_(folder, manifest_.files, "text", manifest_.documents, manifest_.tokens, manifest_.vocab),
      lines_(open_listed(folder, manifest_.files, "lines", manifest_.documents * 4)) {}

void PreparedText::append_tokens(std::int64_t first, std::int64_t count, std::vector<std::int64_t>& ids) const {
  first %= tokens();
  const std::int64_t before_end = std::min(count, tokens() - first);
  stream_.tokens(first, before_end).append_to(ids);
  if (count > before_end) stream_.tokens(0, count - before_end).append_to(ids);
}

std::int64_t PreparedText::document_at(std::int64_t place) const {
  std::int64_t low = 0, high = documents();  // document_begin(low) <= place < document_begin(high)
  while (high - low > 1) {
    const std::int64_t middle = low + (high - low) / 2;
    (document_begin(middle) <= place ? low : high) = middle;
  }
  return low;
}

std::string describe_origin(const PreparedText& text, std::span<const std::int64_t> places, std::int64_t count) {
  constexpr std::size_t kNamed = 5;
  std::set<std::int64_t> lines;
  for (const std::int64_t place : places) {
    const std::int64_t last = text.document_at((place + count - 1) % text.tokens());
    std::int64_t document = text.document_at(place % text.tokens());
    lines.insert(text.line(document));
    while (document != last) lines.insert(text.line(document = (document + 1) % text.documents()));
  }
  std::string named;
  std::size_t left = std::min(lines.size(), kNamed);
  for (auto line = lines.begin(); left > 0; ++line, --left)
    named += fmt::format("{}{}:{}", named.empty() ? "" : ", ", text.manifest().path, *line);
  return lines.size() > kNamed ? fmt::format("{} and {} more", named, lines.size() - kNamed) : named;
}

}  // namespace prenorm::data
