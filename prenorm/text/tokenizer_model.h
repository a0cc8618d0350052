// What every kind of tokenizer can do; text::Tokenizer stands before it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace prenorm::text {

enum class TokenizerFormat : std::uint8_t { kSentencePiece, kCharacter, kByte, kWordPiece, kByteLevelBpe };

// Immutable; all members may be called from several threads at once. encode and decode return what is wrong, empty when
// all is well, and nothing throws: one kind lives in a shared object of its own (sentencepiece.h), which exceptions
// must not leave. Ids that a kind does not have are -1.
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
  // Of ids inside the vocabulary.
  virtual std::string piece(int id) const = 0;
  virtual bool starts_word(int id) const = 0;
};

}  // namespace prenorm::text
