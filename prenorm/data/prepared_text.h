// A text as one stream of token ids in memory-mapped files: written once, opened instantly, read in any order.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "prenorm/data/sequence_file.h"
#include "prenorm/data/text_pieces.h"

namespace prenorm::data {

// Everything known about a prepared text without reading its tokens.
struct TextManifest {
  std::int64_t documents = 0;
  std::int64_t tokens = 0;     // separators included
  std::int64_t vocab = 0;      // ids are below this
  std::int64_t separator = 0;  // the id that ends each document; -1 in a lossless stream, which has no separators
  std::string path;
  TextCounts counts;
  FileTable files;
};

void write_text_manifest(const std::filesystem::path& folder, const TextManifest& manifest);
// Errors: FileError if there is none, DataError if it is damaged or has another format.
TextManifest read_text_manifest(const std::filesystem::path& folder);

// Files of the folder (little endian): text.ids and text.offsets, the documents; lines, uint32 [documents], the line of
// the text with which each begins; manifest.json. In a lossless stream "documents" are stretches of about 1 KiB.
// Several threads may call all members at once. Errors, of each: DataError naming the damaged file.
class PreparedText {
 public:
  // Errors: FileError if a file is missing, DataError if one is damaged; in both cases it can be created again.
  explicit PreparedText(const std::filesystem::path& folder);

  std::int64_t documents() const { return manifest_.documents; }
  std::int64_t tokens() const { return manifest_.tokens; }
  // Appends `count` tokens of the stream from place `first` on, continuing at its start after its end; count <=
  // tokens().
  void append_tokens(std::int64_t first, std::int64_t count, std::vector<std::int64_t>& ids) const;
  TokenView document(std::int64_t i) const { return stream_.sequence(i); }

  // Place in the stream of document i's first token; the end for i = documents().
  std::int64_t document_begin(std::int64_t i) const { return stream_.begin(i); }
  // The document that contains the token at `place`, 0 <= place < tokens().
  std::int64_t document_at(std::int64_t place) const;
  // The line of the text with which document i begins, counted from 1.
  std::int64_t line(std::int64_t i) const { return lines_.values<std::uint32_t>(i, 1)[0]; }

  const TextManifest& manifest() const { return manifest_; }
  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
  TextManifest manifest_;
  SequenceFile stream_;
  BlockFile lines_;
};

// The origin of tokens, for messages: "FILE:12, FILE:30, FILE:57 and 3 more", the first lines of the documents that
// contain `count` tokens from each of the places on.
std::string describe_origin(const PreparedText& text, std::span<const std::int64_t> places, std::int64_t count);

}  // namespace prenorm::data
