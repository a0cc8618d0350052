#include "prenorm/text/character_model.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <unordered_map>
#include <utility>

#include "prenorm/base/unicode.h"
#include "prenorm/base/utf8.h"
#include "prenorm/text/listed_model.h"
#include "prenorm/text/tokenizer_json.h"

namespace prenorm::text {
namespace {

struct SpecialPieces {
  SpecialIds ids{.unk = 0, .bos = 1, .eos = 2};
  std::vector<std::string> pieces{"<unk>", "<s>", "</s>"};

  explicit SpecialPieces(bool mask) {
    if (!mask) return;
    ids.mask = 3;
    pieces.emplace_back("<mask>");
  }
};

std::string own_file(std::string_view kind, bool mask, const std::string* characters) {
  nlohmann::ordered_json json{{"format", kOwnFormat}, {"kind", kind}, {"mask", mask}};
  if (characters != nullptr) json["characters"] = *characters;
  return json.dump() + "\n";
}

class CharacterModel : public ListedModel {
 public:
  CharacterModel(SpecialPieces pieces, const std::u32string& characters, std::string serialized)
      : ListedModel(std::move(pieces.pieces), pieces.ids, std::move(serialized)),
        first_(size() - static_cast<int>(characters.size())) {
    for (const char32_t c : characters) ids_.emplace(c, first_ + static_cast<int>(ids_.size()));
  }

  TokenizerFormat format() const override { return TokenizerFormat::kCharacter; }
  bool starts_word(int id) const override {
    if (id < first_) return false;
    std::string_view character = name_of(id);
    return !continues_word(take_character(character));
  }

 private:
  void encode_plain(std::string_view text, std::vector<std::int32_t>& ids) const override {
    while (!text.empty()) {
      const auto found = ids_.find(take_character(text));
      ids.push_back(found != ids_.end() ? found->second : unk_id());
    }
  }
  void append_text(int id, std::string& text) const override { text += id == unk_id() ? "\uFFFD" : name_of(id); }

  int first_;
  std::unordered_map<char32_t, std::int32_t> ids_;
};

class ByteModel : public ListedModel {
 public:
  ByteModel(SpecialPieces pieces, std::string serialized)
      : ListedModel(std::move(pieces.pieces), pieces.ids, std::move(serialized)), first_(size() - 256) {}

  TokenizerFormat format() const override { return TokenizerFormat::kByte; }
  // A byte of a character outside ASCII continues a word.
  bool starts_word(int id) const override {
    return id >= first_ && id < first_ + 128 && !continues_word(static_cast<char32_t>(id - first_));
  }

 private:
  void encode_plain(std::string_view text, std::vector<std::int32_t>& ids) const override {
    ids.reserve(ids.size() + text.size());
    for (const char c : text) ids.push_back(first_ + static_cast<unsigned char>(c));
  }
  void append_text(int id, std::string& text) const override {
    text += id < first_ ? std::string("\uFFFD") : std::string(1, static_cast<char>(id - first_));
  }

  int first_;
};

}  // namespace

std::shared_ptr<const TokenizerModel> make_character_model(const std::u32string& characters, bool mask) {
  SpecialPieces all(mask);
  std::string text;
  for (const char32_t c : characters) {
    if (c == U'\n') all.ids.newline = static_cast<int>(all.pieces.size());
    std::string& piece = all.pieces.emplace_back();
    append_utf8(piece, c);
    text += piece;
  }
  return std::make_shared<CharacterModel>(std::move(all), characters, own_file("character", mask, &text));
}

std::shared_ptr<const TokenizerModel> make_byte_model(bool mask) {
  SpecialPieces all(mask);
  all.ids.newline = static_cast<int>(all.pieces.size()) + '\n';
  for (int byte = 0; byte < 256; ++byte) all.pieces.push_back(fmt::format("<0x{:02X}>", byte));
  return std::make_shared<ByteModel>(std::move(all), own_file("byte", mask, nullptr));
}

}  // namespace prenorm::text
