// A text as one stream of token ids in memory-mapped files: written once, opened at once, read in any order.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "prenorm/data/sequence_file.h"
#include "prenorm/data/text_pieces.h"

namespace prenorm::data {

// All that is known of a prepared text without touching its tokens.
struct TextManifest {
  std::int64_t documents = 0;
  std::int64_t tokens = 0;     // separators included
  std::int64_t vocab = 0;      // ids are below it
  std::int64_t separator = 0;  // the id that ends each document; -1 in a lossless stream, which has none
  std::string path;
  TextCounts counts;
  FileTable files;
};

void write_text_manifest(const std::filesystem::path& folder, const TextManifest& manifest);
// Errors: FileError when there is none, DataError when it is damaged or of another format.
TextManifest read_text_manifest(const std::filesystem::path& folder);

// Files of the folder (little endian): text.ids and text.offsets, the documents; lines, uint32 [documents], the line of
// the text that each begins with; manifest.json. Of a lossless stream "documents" are stretches of about 1 KiB.
// All members may be called from several threads at once. Errors, of each: DataError naming the file that is damaged.
class PreparedText {
 public:
  // Errors: FileError when a file is missing, DataError when one is damaged; either way it can be made again.
  explicit PreparedText(const std::filesystem::path& folder);

  std::int64_t documents() const { return manifest_.documents; }
  std::int64_t tokens() const { return manifest_.tokens; }
  // `count` tokens of the stream from place `first` on, going on at its begin after its end; count <= tokens().
  void append_tokens(std::int64_t first, std::int64_t count, std::vector<std::int64_t>& ids) const;
  TokenView document(std::int64_t i) const { return stream_.sequence(i); }

  // Place in the stream of document i's first token; of i = documents() the end.
  std::int64_t document_begin(std::int64_t i) const { return stream_.begin(i); }
  // The document that holds the token at `place`, 0 <= place < tokens().
  std::int64_t document_at(std::int64_t place) const;
  // The line of the text that document i begins with, counted from 1.
  std::int64_t line(std::int64_t i) const { return lines_.values<std::uint32_t>(i, 1)[0]; }

  const TextManifest& manifest() const { return manifest_; }
  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
  TextManifest manifest_;
  SequenceFile stream_;
  BlockFile lines_;
};

// Where tokens of the stream come from, for messages: "FILE:12, FILE:30, FILE:57 and 3 more", the lines that the
// documents of `count` tokens from each of the places on begin with.
std::string describe_origin(const PreparedText& text, std::span<const std::int64_t> places, std::int64_t count);

}  // namespace prenorm::data
