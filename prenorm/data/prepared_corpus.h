// Sentence pairs as token ids in memory-mapped files: written once, opened instantly, read in any order.
#pragma once

#include <cstdint>
#include <filesystem>

#include "prenorm/data/block_file.h"
#include "prenorm/data/manifest.h"
#include "prenorm/data/sequence_file.h"

namespace prenorm::data {

// Files of the folder (little endian): source.ids and target.ids; source.offsets and target.offsets, uint64 [pairs + 1]
// into them; lines, uint32 [pairs], the line of the text that each pair came from; manifest.json. Several threads may
// call all members at once. Errors, of each: DataError naming the damaged file.
class PreparedCorpus {
 public:
  // Errors: FileError if a file is missing, DataError if one is damaged; in both cases it can be created again.
  explicit PreparedCorpus(const std::filesystem::path& folder);

  std::int64_t size() const { return manifest_.pairs; }
  // Sentence pair i, without begin and end of sentence.
  TokenView source(std::int64_t i) const { return source_.sequence(i); }
  TokenView target(std::int64_t i) const { return target_.sequence(i); }
  std::int64_t source_length(std::int64_t i) const { return source_.length(i); }
  std::int64_t target_length(std::int64_t i) const { return target_.length(i); }
  // The line of the text, counted from 1.
  std::int64_t source_line(std::int64_t i) const { return lines_.values<std::uint32_t>(i, 1)[0]; }

  const Manifest& manifest() const { return manifest_; }
  const TextReport& report() const { return manifest_.report; }
  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
  Manifest manifest_;
  SequenceFile source_;
  SequenceFile target_;
  BlockFile lines_;
};

}  // namespace prenorm::data
