#include "prenorm/data/corpus_writer.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "prenorm/base/error.h"

namespace prenorm::data {

namespace {

void add_sequence(SequenceWriter& side, std::span<const std::int32_t> ids) {
  side.append(ids);
  side.end_sequence();
}

}  // namespace

CorpusWriter::CorpusWriter(const std::filesystem::path& folder, Manifest manifest)
    : folder_(folder),
      manifest_(std::move(manifest)),
      source_(folder, "source", manifest_.source_vocab),
      target_(folder, "target", manifest_.target_vocab),
      lines_(folder / "lines") {}

void CorpusWriter::add(std::span<const std::int32_t> source, std::span<const std::int32_t> target, std::int64_t line) {
  if (line > std::numeric_limits<std::uint32_t>::max())
    throw_error<DataError>("{}:{}: a corpus can have at most 2^32 - 1 lines; split it", manifest_.source_path, line);
  const auto narrow_line = static_cast<std::uint32_t>(line);
  lines_.write<std::uint32_t>({&narrow_line, 1});
  add_sequence(source_, source);
  add_sequence(target_, target);
  ++manifest_.pairs;
  manifest_.source_tokens += std::ssize(source);
  manifest_.target_tokens += std::ssize(target);
  manifest_.longest_source = std::max<std::int64_t>(manifest_.longest_source, std::ssize(source));
  if (std::ssize(target) > manifest_.longest_target) {
    manifest_.longest_target = std::ssize(target);
    manifest_.longest_target_line = line;
  }
}

void CorpusWriter::finish(const TextReport& report) {
  manifest_.report = report;
  source_.finish(manifest_.files);
  target_.finish(manifest_.files);
  manifest_.files["lines"] = lines_.finish();
  write_manifest(folder_, manifest_);
}

}  // namespace prenorm::data
