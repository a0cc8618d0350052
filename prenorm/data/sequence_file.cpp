#include "prenorm/data/sequence_file.h"

namespace prenorm::data {

SequenceWriter::SequenceWriter(const std::filesystem::path& folder, const std::string& name, std::int64_t vocab)
    : name_(name), wide_(vocab > kNarrowVocab), ids_(folder / (name + ".ids")), offsets_(folder / (name + ".offsets")) {
  end_sequence();
}

void SequenceWriter::append(std::span<const std::int32_t> ids) {
  if (wide_) {
    ids_.write(ids);
  } else {
    const std::vector<std::uint16_t> narrow(ids.begin(), ids.end());
    ids_.write<std::uint16_t>(narrow);
  }
  tokens_ += ids.size();
}

void SequenceWriter::end_sequence() { offsets_.write<std::uint64_t>({&tokens_, 1}); }

void SequenceWriter::finish(FileTable& files) {
  files[name_ + ".ids"] = ids_.finish();
  files[name_ + ".offsets"] = offsets_.finish();
}

SequenceFile::SequenceFile(const std::filesystem::path& folder, const FileTable& files, const std::string& name,
                           std::int64_t sequences, std::int64_t tokens, std::int64_t vocab)
    : wide_(vocab > kNarrowVocab),
      ids_(open_listed(folder, files, name + ".ids", tokens * (wide_ ? 4 : 2))),
      offsets_(open_listed(folder, files, name + ".offsets", (sequences + 1) * 8)) {}

std::int64_t SequenceFile::begin(std::int64_t i) const {
  return static_cast<std::int64_t>(offsets_.values<std::uint64_t>(i, 1)[0]);
}

std::int64_t SequenceFile::length(std::int64_t i) const {
  const auto bounds = offsets_.values<std::uint64_t>(i, 2);
  return static_cast<std::int64_t>(bounds[1] - bounds[0]);
}

TokenView SequenceFile::tokens(std::int64_t first, std::int64_t count) const {
  if (wide_) return TokenView(ids_.values<std::uint32_t>(first, count));
  return TokenView(ids_.values<std::uint16_t>(first, count));
}

}  // namespace prenorm::data
