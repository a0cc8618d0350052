// The interface of all kinds of tokenizers, which text::Tokenizer wraps.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace prenorm::text {

enum class TokenizerFormat : std::uint8_t { kSentencePiece, kCharacter, kByte, kWordPiece, kByteLevelBpe };

// Immutable; several threads may call all members at once. encode and decode return an error message, empty on success,
// and nothing throws: one kind is in a separate shared object (sentencepiece.h), which exceptions must not leave. Ids
// that a kind does not have are -1.
class TokenizerModel {
 public:
  virtual ~TokenizerModel() = default;
  virtual TokenizerFormat format() const = 0;
  // Appends the ids of one line.
  virtual std::string encode(std::string_view line, std::vector<std::int32_t>& ids) const = 0;
  // Appends the ids of text of any number of lines.
  virtual std::string encode_text(std::string_view text, std::vector<std::int32_t>& ids) const = 0;
  virtual std::string decode(std::span<const std::int32_t> ids, std::string& text) const = 0;
  virtual std::string serialized() const = 0;
  virtual int size() const = 0;
  virtual int unk_id() const = 0;
  virtual int eos_id() const = 0;
  virtual int bos_id() const = 0;
  virtual int pad_id() const = 0;
  virtual int mask_id() const = 0;
  virtual int newline_id() const = 0;
  // For ids inside the vocabulary.
  virtual std::string piece(int id) const = 0;
  virtual bool starts_word(int id) const = 0;
};

}  // namespace prenorm::text
