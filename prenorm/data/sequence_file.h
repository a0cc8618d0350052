// Sequences of token ids in two memory-mapped files: NAME.ids (uint16 or uint32, end to end) and NAME.offsets (uint64
// [sequences + 1], where each begins).
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "prenorm/data/block_file.h"
#include "prenorm/data/manifest_file.h"

namespace prenorm::data {

// A larger vocabulary takes 4 bytes per id, not 2.
inline constexpr std::int64_t kNarrowVocab = 65536;

// Ids in place in the mapped file.
class TokenView {
 public:
  explicit TokenView(std::span<const std::uint16_t> ids) : narrow_(ids.data()), size_(ids.size()) {}
  explicit TokenView(std::span<const std::uint32_t> ids) : wide_(ids.data()), size_(ids.size()) {}

  std::size_t size() const { return size_; }
  std::int64_t operator[](std::size_t i) const { return wide_ != nullptr ? wide_[i] : narrow_[i]; }
  void append_to(std::vector<std::int64_t>& ids) const {
    if (wide_ != nullptr)
      ids.insert(ids.end(), wide_, wide_ + size_);
    else
      ids.insert(ids.end(), narrow_, narrow_ + size_);
  }

 private:
  const std::uint16_t* narrow_ = nullptr;
  const std::uint32_t* wide_ = nullptr;
  std::size_t size_ = 0;
};

class SequenceWriter {
 public:
  SequenceWriter(const std::filesystem::path& folder, const std::string& name, std::int64_t vocab);

  // Ids of the current sequence, in [0, vocab). Errors, of all members: FileError.
  void append(std::span<const std::int32_t> ids);
  void end_sequence();
  void finish(FileTable& files);

  std::int64_t tokens() const { return static_cast<std::int64_t>(tokens_); }

 private:
  std::string name_;
  bool wide_;
  BlockFileWriter ids_;
  BlockFileWriter offsets_;
  std::uint64_t tokens_ = 0;
};

// Several threads may call all members at once. Errors, of each: DataError naming the damaged file.
class SequenceFile {
 public:
  // Errors: those of open_listed().
  SequenceFile(const std::filesystem::path& folder, const FileTable& files, const std::string& name,
               std::int64_t sequences, std::int64_t tokens, std::int64_t vocab);

  // Place of sequence i's first token, 0 <= i <= sequences.
  std::int64_t begin(std::int64_t i) const;
  std::int64_t length(std::int64_t i) const;
  TokenView sequence(std::int64_t i) const { return tokens(begin(i), length(i)); }
  // `count` tokens from place `first` on, across sequences; they must be inside.
  TokenView tokens(std::int64_t first, std::int64_t count) const;

 private:
  bool wide_;
  BlockFile ids_;
  BlockFile offsets_;
};

}  // namespace prenorm::data
