// The manifest of a prepared corpus: all that is known of it without touching its tokens.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "prenorm/data/manifest_file.h"
#include "prenorm/data/text_counts.h"

namespace prenorm::data {

// The ids that frame sentences.
struct FrameIds {
  std::int32_t source_eos = 0;
  std::int32_t target_start = 0;  // what the decoder is given before the first token
  std::int32_t target_eos = 0;
};

// Token counts are without begin and end of sentence.
struct Manifest {
  std::int64_t pairs = 0;
  std::int64_t source_tokens = 0;
  std::int64_t target_tokens = 0;
  std::int64_t longest_source = 0;
  std::int64_t longest_target = 0;
  std::int64_t longest_target_line = 0;
  std::int64_t source_vocab = 0;
  std::int64_t target_vocab = 0;
  FrameIds frame;
  std::string source_path;
  std::string target_path;
  TextReport report;
  FileTable files;
};

void write_manifest(const std::filesystem::path& folder, const Manifest& manifest);
// Errors: FileError when there is none, DataError when it is damaged or of another format.
Manifest read_manifest(const std::filesystem::path& folder);

}  // namespace prenorm::data
