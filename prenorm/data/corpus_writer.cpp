#include "prenorm/data/corpus_writer.h"

#include <limits>
#include <utility>
#include <vector>

#include "prenorm/base/error.h"
#include "prenorm/data/prepared_corpus.h"

namespace prenorm::data {

CorpusWriter::Side::Side(const std::filesystem::path& folder, const std::string& name, std::int64_t vocab)
    : name_(name), wide_(vocab > kNarrowVocab), ids_(folder / (name + ".ids")), offsets_(folder / (name + ".offsets")) {
  offsets_.write<std::uint64_t>({&tokens_, 1});
}

void CorpusWriter::Side::add(std::span<const std::int32_t> ids) {
  if (wide_) {
    ids_.write(ids);
  } else {
    const std::vector<std::uint16_t> narrow(ids.begin(), ids.end());
    ids_.write<std::uint16_t>(narrow);
  }
  tokens_ += ids.size();
  offsets_.write<std::uint64_t>({&tokens_, 1});
}

void CorpusWriter::Side::finish(Manifest& manifest) {
  manifest.files[name_ + ".ids"] = ids_.finish();
  manifest.files[name_ + ".offsets"] = offsets_.finish();
}

CorpusWriter::CorpusWriter(const std::filesystem::path& folder, Manifest manifest)
    : folder_(folder),
      manifest_(std::move(manifest)),
      source_(folder, "source", manifest_.source_vocab),
      target_(folder, "target", manifest_.target_vocab),
      lines_(folder / "lines") {}

void CorpusWriter::add(std::span<const std::int32_t> source, std::span<const std::int32_t> target, std::int64_t line) {
  if (line > std::numeric_limits<std::uint32_t>::max())
    throw_error<DataError>("{}:{}: a corpus may have 2^32 - 1 lines; split it", manifest_.source_path, line);
  const auto narrow_line = static_cast<std::uint32_t>(line);
  lines_.write<std::uint32_t>({&narrow_line, 1});
  source_.add(source);
  target_.add(target);
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
  source_.finish(manifest_);
  target_.finish(manifest_);
  manifest_.files["lines"] = lines_.finish();
  write_manifest(folder_, manifest_);
}

}  // namespace prenorm::data
