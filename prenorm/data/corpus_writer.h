// Writes the files that PreparedCorpus opens, one pair after the other. Memory: a few buffers.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "prenorm/data/block_file.h"
#include "prenorm/data/manifest.h"

namespace prenorm::data {

class CorpusWriter {
 public:
  // Takes vocabulary sizes, frame ids and paths from `manifest` and fills in the rest. Errors: FileError.
  CorpusWriter(const std::filesystem::path& folder, Manifest manifest);

  // Ids lie in [0, vocabulary size). Errors: FileError; DataError for a line number past 2^32 - 1.
  void add(std::span<const std::int32_t> source, std::span<const std::int32_t> target, std::int64_t line);
  void finish(const TextReport& report);

 private:
  class Side {
   public:
    Side(const std::filesystem::path& folder, const std::string& name, std::int64_t vocab);
    void add(std::span<const std::int32_t> ids);
    void finish(Manifest& manifest);

   private:
    std::string name_;
    bool wide_;
    BlockFileWriter ids_;
    BlockFileWriter offsets_;
    std::uint64_t tokens_ = 0;
  };

  std::filesystem::path folder_;
  Manifest manifest_;
  Side source_;
  Side target_;
  BlockFileWriter lines_;
};

}  // namespace prenorm::data
