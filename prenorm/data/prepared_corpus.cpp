#include "prenorm/data/prepared_corpus.h"

#include "prenorm/base/error.h"

namespace prenorm::data {

PreparedCorpus::PreparedCorpus(const std::filesystem::path& folder)
    : folder_(folder),
      manifest_(read_manifest(folder)),
      source_(*this, "source", manifest_.source_tokens, manifest_.source_vocab),
      target_(*this, "target", manifest_.target_tokens, manifest_.target_vocab),
      lines_(open("lines", manifest_.pairs * 4)) {}

BlockFile PreparedCorpus::open(const std::string& name, std::int64_t bytes) const {
  const auto info = manifest_.files.find(name);
  if (info == manifest_.files.end() || info->second.bytes != bytes)
    throw_error<DataError>("{}: does not fit its files; delete the folder, it will be made again from the text",
                           (folder_ / "manifest.json").string());
  return {folder_ / name, info->second};
}

PreparedCorpus::Side::Side(const PreparedCorpus& corpus, const std::string& name, std::int64_t tokens,
                           std::int64_t vocab)
    : wide_(vocab > kNarrowVocab),
      ids_(corpus.open(name + ".ids", tokens * (wide_ ? 4 : 2))),
      offsets_(corpus.open(name + ".offsets", (corpus.size() + 1) * 8)) {}

std::int64_t PreparedCorpus::Side::length(std::int64_t i) const {
  const auto bounds = offsets_.values<std::uint64_t>(i, 2);
  return static_cast<std::int64_t>(bounds[1] - bounds[0]);
}

TokenView PreparedCorpus::Side::sentence(std::int64_t i) const {
  const auto begin = static_cast<std::int64_t>(offsets_.values<std::uint64_t>(i, 1)[0]);
  const std::int64_t count = length(i);
  if (wide_) return TokenView(ids_.values<std::uint32_t>(begin, count));
  return TokenView(ids_.values<std::uint16_t>(begin, count));
}

}  // namespace prenorm::data
