// Text to ids and back, by whatever tokenizer: SentencePiece (Kudo & Richardson 2018), WordPiece of BERT, byte-level
// BPE of GPT-2, characters or bytes. The files are those of their own tools: models of other tools can be used here
// and, but for characters and bytes, ours there.
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

// Immutable and cheap to copy; all members may be called from several threads at once.
class Tokenizer {
 public:
  // A SentencePiece model, BERT's vocab.txt, a tokenizer.json, vocab.json with merges.txt, a file of ours, or a folder
  // with one of them (tokenizer_file.h); told apart by their content.
  // Errors: FileError when the file cannot be read, DataError naming it when it is damaged, is no tokenizer or has no
  // end-of-sentence piece.
  static Tokenizer from_file(const std::filesystem::path& path);
  // The same of bytes that serialized() gave; `name` stands for the file in messages.
  static Tokenizer from_serialized(std::string_view bytes, std::string_view name = "tokenizer model");

  TokenizerFormat format() const;

  // The line's ids, without begin or end of sentence. Blank text gives none, unless blanks are tokens: those of
  // characters, bytes and byte-level BPE. Characters outside the vocabulary become unk_id(). No text becomes a special
  // piece. Errors: DataError when SentencePiece refuses the line.
  std::vector<std::int32_t> encode(std::string_view line) const;
  // The ids of text of any number of lines, for language models that write text as it is: newline_id() stands for each
  // newline, where there is one (byte-level BPE may have longer pieces for several), and decode() gives the text back.
  // WordPiece, and SentencePiece models without a newline piece, lose newlines. Errors: as encode().
  std::vector<std::int32_t> encode_text(std::string_view text) const;
  // Text of ids; control pieces (begin, end, padding, mask) have none. It is UTF-8 always: where ids are bytes that
  // form no character, U+FFFD takes the place of each. Errors: DataError for an id outside the vocabulary.
  std::string decode(std::span<const std::int32_t> ids) const;
  // The same without the replacement: what ids of bytes give may begin or end within a character.
  std::string decode_bytes(std::span<const std::int32_t> ids) const;

  // Pieces in the vocabulary; ids are 0 to size() - 1.
  std::int64_t size() const;
  std::int32_t unk_id() const;  // -1 when the model needs none (GPT-2's)
  std::int32_t eos_id() const;
  std::int32_t bos_id() const;      // -1 when the model has none
  std::int32_t pad_id() const;      // -1 when the model has none
  std::int32_t mask_id() const;     // what stands for a masked token; -1 when the model has none
  std::int32_t newline_id() const;  // -1 when the model has none
  // Whether the piece begins a word, so that those up to the next such piece are its rest: what whole-word masking goes
  // by. Errors: DataError for an id outside the vocabulary.
  bool starts_word(std::int32_t id) const;
  // The piece as the model's file writes it. Errors: DataError for an id outside the vocabulary.
  std::string piece(std::int32_t id) const;
  // What a decoder is given before the first token: begin of sentence, or end of sentence where there is no begin.
  std::int32_t decoder_start_id() const;

  // The content of one file that from_file() reads: a SentencePiece model, a tokenizer.json, or our own of characters
  // and bytes.
  std::string serialized() const;

 private:
  explicit Tokenizer(std::shared_ptr<const TokenizerModel> model);
  std::shared_ptr<const TokenizerModel> model_;
};

// Gives one line after the other; false at the end.
using LineSource = std::function<bool(std::string&)>;

// Pieces beside those that the text gives. A text that spells their names does not become them.
struct ExtraPieces {
  bool mask = false;     // for masked language models: mask_id()
  bool newline = false;  // for language models of whole texts: newline_id()
};

// Trains a tokenizer (ids: unk 0, begin 1, end 2, the extra pieces, no padding). The same lines give the same model, on
// any number of cores. Lines that are blank, not UTF-8 or over 4,192 bytes teach nothing. `name` stands for the text in
// messages. With a newline piece decode(encode_text(text)) is the text: it is not normalised, and 256 pieces of the
// vocabulary stand for the bytes of characters that have none. (One exception: U+2581, SentencePiece's sign for a
// blank, comes back as a blank.) Without, text is normalised (nmt_nfkc) and there is no byte fallback. Errors:
// UsageError naming tokenizer.vocab_size and the size that is possible, DataError when no line is usable.
Tokenizer train_tokenizer(const LineSource& lines, const TokenizerConfig& config, std::string_view name = "the text",
                          ExtraPieces extra = {});

// The same from plain or gzip files: from at most config.max_training_lines lines of each, drawn with `seed`;
// characters from all lines.
Tokenizer train_tokenizer(std::span<const std::filesystem::path> files, const TokenizerConfig& config,
                          std::uint64_t seed, ExtraPieces extra = {});

}  // namespace prenorm::text
