// The manifest of a prepared corpus: everything known about it without reading its tokens.
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
  std::int32_t target_start = 0;  // the decoder's input before the first token
  std::int32_t target_eos = 0;
};

// Token counts exclude begin and end of sentence.
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
// Errors: FileError if there is none, DataError if it is damaged or has another format.
Manifest read_manifest(const std::filesystem::path& folder);

}  // namespace prenorm::data
