// What tokenizers with a plain list of pieces have in common: all except SentencePiece's.
#pragma once

#include <string>
#include <vector>

#include "prenorm/text/added_tokens.h"
#include "prenorm/text/tokenizer_model.h"

namespace prenorm::text {

// -1: no such token.
struct SpecialIds {
  int unk = -1, bos = -1, eos = -1, pad = -1, mask = -1, newline = -1;

  // Whether the token has no text: begin, end, padding, mask.
  bool is_control(int id) const { return id >= 0 && (id == bos || id == eos || id == pad || id == mask); }
  // The tokens, with those that have a special meaning marked special whatever their file says.
  std::vector<AddedToken> marked(std::vector<AddedToken> tokens) const {
    for (AddedToken& token : tokens) token.special |= is_control(token.id) || token.id == unk;
    return tokens;
  }
};

class ListedModel : public TokenizerModel {
 public:
  // Added tokens are found first; the text between them is encoded as text.
  std::string encode(std::string_view line, std::vector<std::int32_t>& ids) const override;
  std::string encode_text(std::string_view text, std::vector<std::int32_t>& ids) const override {
    return encode(text, ids);
  }
  // Control pieces have no text; the others append theirs in order.
  std::string decode(std::span<const std::int32_t> ids, std::string& text) const override;
  std::string serialized() const override { return serialized_; }
  int size() const override { return static_cast<int>(pieces_.size()); }
  int unk_id() const override { return special_.unk; }
  int eos_id() const override { return special_.eos; }
  int bos_id() const override { return special_.bos; }
  int pad_id() const override { return special_.pad; }
  int mask_id() const override { return special_.mask; }
  int newline_id() const override { return special_.newline; }
  std::string piece(int id) const override { return pieces_[static_cast<std::size_t>(id)]; }

 protected:
  // `serialized`: the content of a file from which this model can be read.
  ListedModel(std::vector<std::string> pieces, SpecialIds special, std::string serialized, AddedTokens added = {});

  // Appends the ids of text without added tokens, normalized or not.
  virtual void encode_plain(std::string_view text, std::vector<std::int32_t>& ids) const = 0;
  // The text in which normalized added tokens are searched for.
  virtual std::string normalized(std::string_view text) const { return std::string(text); }
  virtual void append_text(int id, std::string& text) const = 0;
  const AddedTokens& added() const { return added_; }
  const SpecialIds& special() const { return special_; }
  const std::string& name_of(int id) const { return pieces_[static_cast<std::size_t>(id)]; }

 private:
  std::vector<std::string> pieces_;
  SpecialIds special_;
  std::string serialized_;
  AddedTokens added_;
};

}  // namespace prenorm::text
