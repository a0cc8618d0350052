// Text to ids and back, with any tokenizer: SentencePiece (Kudo & Richardson 2018), BERT's WordPiece, GPT-2's
// byte-level BPE, characters or bytes. Files have the formats of the original tools: their models can be used here and,
// except for characters and bytes, ours can be used there.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "prenorm/config/data_config.h"
#include "prenorm/text/tokenizer_model.h"

namespace prenorm::text {

// Immutable and cheap to copy; several threads may call all members at once.
class Tokenizer {
 public:
  // A SentencePiece model, BERT's vocab.txt, a tokenizer.json, vocab.json with merges.txt, a file of ours, or a folder
  // with one of them (tokenizer_file.h), recognised by its content. Errors: FileError if the file cannot be read,
  // DataError naming it if it is damaged, is not a tokenizer or has no end-of-sentence piece.
  static Tokenizer from_file(const std::filesystem::path& path);
  // The same for bytes returned by serialized(); messages call the file `name`.
  static Tokenizer from_serialized(std::string_view bytes, std::string_view name = "tokenizer model");

  TokenizerFormat format() const;

  // The line's ids, without begin or end of sentence. Blank text gives none, unless blanks are tokens, as for
  // characters, bytes and byte-level BPE. Characters outside the vocabulary become unk_id(). Text never becomes a
  // special piece. Errors: DataError if SentencePiece rejects the line.
  std::vector<std::int32_t> encode(std::string_view line) const;
  // The ids of text with any number of lines, for language models of unchanged text: each newline becomes newline_id(),
  // if there is one (byte-level BPE may have longer pieces for several), and decode() gives back the same text.
  // WordPiece, and SentencePiece models without a newline piece, lose newlines. Errors: as encode().
  std::vector<std::int32_t> encode_text(std::string_view text) const;
  // The text of ids; control pieces (begin, end, padding, mask) have none. The result is always UTF-8: bytes that do
  // not form a character become U+FFFD. Errors: DataError for an id outside the vocabulary.
  std::string decode(std::span<const std::int32_t> ids) const;
  // The same without the replacement: the text of byte ids may begin or end within a character.
  std::string decode_bytes(std::span<const std::int32_t> ids) const;

  // Pieces in the vocabulary; ids are 0 to size() - 1.
  std::int64_t size() const;
  std::int32_t unk_id() const;  // -1 if the model needs none (GPT-2's)
  std::int32_t eos_id() const;
  std::int32_t bos_id() const;      // -1 if the model has none
  std::int32_t pad_id() const;      // -1 if the model has none
  std::int32_t mask_id() const;     // replaces a masked token; -1 if the model has none
  std::int32_t newline_id() const;  // -1 if the model has none
  // Whether the piece begins a word, so that the pieces up to the next such piece belong to it; used for whole-word
  // masking. Errors: DataError for an id outside the vocabulary.
  bool starts_word(std::int32_t id) const;
  // The piece as written in the model's file. Errors: DataError for an id outside the vocabulary.
  std::string piece(std::int32_t id) const;
  // The decoder's input before the first token: begin of sentence, or end of sentence if there is no begin.
  std::int32_t decoder_start_id() const;

  // The content of a file that from_file() can read: a SentencePiece model, a tokenizer.json, or our own format for
  // characters and bytes.
  std::string serialized() const;

 private:
  explicit Tokenizer(std::shared_ptr<const TokenizerModel> model);
  std::shared_ptr<const TokenizerModel> model_;
};

// Returns the next line through its argument; false at the end.
using LineSource = std::function<bool(std::string&)>;

// Pieces in addition to those from the text. Text that spells their names does not become them.
struct ExtraPieces {
  bool mask = false;     // for masked language models: mask_id()
  bool newline = false;  // for language models of whole texts: newline_id()
};

// Trains a tokenizer (ids: unk 0, begin 1, end 2, the extra pieces, no padding). The same lines give the same model, on
// any number of cores. Lines that are blank, not UTF-8 or longer than 4,192 bytes are ignored in training. Messages
// call the text `name`. With a newline piece, decode(encode_text(text)) is the text: it is not normalised, and 256
// pieces of the vocabulary represent the bytes of characters without a piece. (One exception: U+2581, SentencePiece's
// sign for a blank, comes back as a blank.) Without it, text is normalised (nmt_nfkc) and there is no byte fallback.
// Errors: UsageError naming tokenizer.vocab_size and the possible size, DataError if no line is usable.
Tokenizer train_tokenizer(const LineSource& lines, const TokenizerConfig& config, std::string_view name = "the text",
                          ExtraPieces extra = {});

// The same from plain or gzip files: from at most config.max_training_lines lines of each, drawn with `seed`;
// characters come from all lines.
Tokenizer train_tokenizer(std::span<const std::filesystem::path> files, const TokenizerConfig& config,
                          std::uint64_t seed, ExtraPieces extra = {});

}  // namespace prenorm::text
