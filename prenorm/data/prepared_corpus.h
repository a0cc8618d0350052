// Sentence pairs as token ids in memory-mapped files: written once, opened at once, read in any order.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "prenorm/data/block_file.h"
#include "prenorm/data/manifest.h"

namespace prenorm::data {

// A larger vocabulary takes 4 bytes an id instead of 2.
inline constexpr std::int64_t kNarrowVocab = 65536;

// The ids of one sentence where they lie in the file.
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

// Files of the folder (little endian): source.ids and target.ids; source.offsets and target.offsets, uint64 [pairs + 1]
// into them; lines, uint32 [pairs], the line of the text that each pair came from; manifest.json.
// All members may be called from several threads at once. Errors, of each: DataError naming the file that is damaged.
class PreparedCorpus {
 public:
  // Errors: FileError when a file is missing, DataError when one is damaged; either way it can be made again.
  explicit PreparedCorpus(const std::filesystem::path& folder);

  std::int64_t size() const { return manifest_.pairs; }
  // Sentence pair i, without begin and end of sentence.
  TokenView source(std::int64_t i) const { return source_.sentence(i); }
  TokenView target(std::int64_t i) const { return target_.sentence(i); }
  std::int64_t source_length(std::int64_t i) const { return source_.length(i); }
  std::int64_t target_length(std::int64_t i) const { return target_.length(i); }
  // The line of the text, counted from 1.
  std::int64_t source_line(std::int64_t i) const { return lines_.values<std::uint32_t>(i, 1)[0]; }

  const Manifest& manifest() const { return manifest_; }
  const TextReport& report() const { return manifest_.report; }
  const std::filesystem::path& folder() const { return folder_; }

 private:
  class Side {
   public:
    Side(const PreparedCorpus& corpus, const std::string& name, std::int64_t tokens, std::int64_t vocab);
    std::int64_t length(std::int64_t i) const;
    TokenView sentence(std::int64_t i) const;

   private:
    bool wide_;
    BlockFile ids_;
    BlockFile offsets_;
  };
  BlockFile open(const std::string& name, std::int64_t bytes) const;

  std::filesystem::path folder_;
  Manifest manifest_;
  Side source_;
  Side target_;
  BlockFile lines_;
};

}  // namespace prenorm::data
