// Writes the files that PreparedCorpus opens, pair by pair. Memory: a few buffers.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

#include "prenorm/data/block_file.h"
#include "prenorm/data/manifest.h"
#include "prenorm/data/sequence_file.h"

namespace prenorm::data {

class CorpusWriter {
 public:
  // Takes vocabulary sizes, frame ids and paths from `manifest` and fills in the rest. Errors: FileError.
  CorpusWriter(const std::filesystem::path& folder, Manifest manifest);

  // Ids are in [0, vocabulary size). Errors: FileError; DataError for a line number above 2^32 - 1.
  void add(std::span<const std::int32_t> source, std::span<const std::int32_t> target, std::int64_t line);
  void finish(const TextReport& report);

 private:
  std::filesystem::path folder_;
  Manifest manifest_;
  SequenceWriter source_;
  SequenceWriter target_;
  BlockFileWriter lines_;
};

}  // namespace prenorm::data
