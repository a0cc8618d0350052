#include "prenorm/text/wordpiece.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "prenorm/base/error.h"
#include "prenorm/base/utf8.h"
#include "prenorm/files/line_reader.h"
#include "prenorm/text/listed_model.h"
#include "prenorm/text/write_tokenizer_json.h"

namespace prenorm::text {
namespace {

constexpr std::string_view kContinues = "##";

bool in_brackets(std::string_view piece) { return piece.starts_with('[') && piece.ends_with(']'); }

int id_of(const std::vector<std::string>& pieces, std::string_view piece) {
  const auto found = std::find(pieces.begin(), pieces.end(), piece);
  return found == pieces.end() ? -1 : static_cast<int>(found - pieces.begin());
}

class WordPiece : public ListedModel {
 public:
  // `alone`: added tokens that are never parts of words.
  WordPiece(std::vector<std::string> pieces, WordPieceRules rules, SpecialIds special, std::string serialized,
            AddedTokens added, const std::unordered_set<std::int32_t>& alone)
      : ListedModel(std::move(pieces), special, std::move(serialized), std::move(added)), rules_(rules) {
    for (int id = 0; id < size(); ++id) {
      if (alone.contains(id)) continue;
      std::string_view piece = name_of(id);
      const bool inside = piece.size() > kContinues.size() && piece.starts_with(kContinues);
      if (inside) piece.remove_prefix(kContinues.size());
      (inside ? inside_ : begins_).emplace(piece, id);
    }
  }

  TokenizerFormat format() const override { return TokenizerFormat::kWordPiece; }
  // [UNK] replaces a whole word.
  bool starts_word(int id) const override { return !special().is_control(id) && !is_inside(id); }

 private:
  void encode_plain(std::string_view text, std::vector<std::int32_t>& ids) const override {
    for (const std::u32string& word : basic_tokens(text, rules_.words)) encode_word(word, ids);
  }
  std::string normalized(std::string_view text) const override { return normalize_words(text, rules_.words); }

  bool is_inside(int id) const {
    const auto found =
        inside_.find(std::string_view(name_of(id)).substr(std::min(kContinues.size(), name_of(id).size())));
    return found != inside_.end() && found->second == id;
  }

  void append_text(int id, std::string& text) const override {
    if (is_inside(id)) {
      text.append(name_of(id), kContinues.size());
      return;
    }
    if (!text.empty()) text += ' ';
    text += name_of(id);
  }

  void encode_word(const std::u32string& word, std::vector<std::int32_t>& ids) const {
    std::string utf8;
    std::vector<std::size_t> ends;  // end of each character
    for (const char32_t c : word) {
      append_utf8(utf8, c);
      ends.push_back(utf8.size());
    }
    const std::size_t before = ids.size();
    std::size_t begin = word.size() > rules_.longest_word ? utf8.size() + 1 : 0;
    while (begin < utf8.size()) {
      const int id = take_longest(utf8, ends, begin);
      if (id < 0) break;
      ids.push_back(id);
    }
    if (begin == utf8.size()) return;
    ids.resize(before);
    ids.push_back(unk_id());
  }

  // The longest piece at `begin`, which is advanced past it; -1 if there is none.
  int take_longest(std::string_view word, const std::vector<std::size_t>& ends, std::size_t& begin) const {
    const auto& pieces = begin == 0 ? begins_ : inside_;
    for (auto end = ends.rbegin(); end != ends.rend() && *end > begin; ++end) {
      const auto found = pieces.find(word.substr(begin, *end - begin));
      if (found == pieces.end()) continue;
      begin = *end;
      return found->second;
    }
    return -1;
  }

  WordPieceRules rules_;
  // Views of the pieces' names; those in inside_ without their ##.
  std::unordered_map<std::string_view, std::int32_t> begins_, inside_;
};

}  // namespace

std::shared_ptr<const TokenizerModel> make_wordpiece(std::vector<std::string> pieces, WordPieceRules rules,
                                                     std::string serialized, std::string_view name,
                                                     std::vector<AddedToken> added) {
  SpecialIds special;
  special.unk = id_of(pieces, "[UNK]");
  special.bos = id_of(pieces, "[CLS]");
  special.eos = id_of(pieces, "[SEP]");
  special.pad = id_of(pieces, "[PAD]");
  special.mask = id_of(pieces, "[MASK]");
  for (const auto& [id, piece] : {std::pair(special.unk, "[UNK]"), std::pair(special.eos, "[SEP]")})
    if (id < 0) throw_error<DataError>("{}: the vocabulary has no piece {}; use a BERT vocabulary", name, piece);
  if (serialized.empty()) serialized = write_wordpiece_json(pieces, rules, special);
  added = special.marked(std::move(added));
  std::unordered_set<std::int32_t> alone;
  for (const AddedToken& token : added)
    if (!token.special && !token.in_model) alone.insert(token.id);
  const auto normalize = [&rules](std::string_view text) { return normalize_words(text, rules.words); };
  return std::make_shared<WordPiece>(std::move(pieces), rules, special, std::move(serialized),
                                     AddedTokens(std::move(added), normalize), alone);
}

bool is_wordpiece_vocabulary(std::string_view bytes) {
  const std::size_t at = bytes.find("[UNK]");
  if (at == std::string_view::npos || !is_utf8(bytes) || bytes.find('\0') != std::string_view::npos) return false;
  const std::string_view rest = bytes.substr(at + 5);
  return (at == 0 || bytes[at - 1] == '\n') && (rest.empty() || rest[0] == '\n' || rest[0] == '\r');
}

std::vector<std::string> parse_wordpiece_vocabulary(std::string_view bytes, std::string_view name) {
  std::vector<std::string> pieces;
  std::unordered_set<std::string_view> seen;
  while (!bytes.empty()) {
    const std::size_t end = std::min(bytes.find('\n'), bytes.size());
    std::string_view piece = bytes.substr(0, end);
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
    if (piece.ends_with('\r')) piece.remove_suffix(1);
    if (piece.empty() || !seen.insert(piece).second)
      throw_error<DataError>("{}:{}: {}; download the file again", name, pieces.size() + 1,
                             piece.empty() ? "an empty piece" : "a repeated piece");
    pieces.emplace_back(piece);
  }
  return pieces;
}

BasicTokenRules guess_basic_token_rules(const std::vector<std::string>& pieces) {
  const bool capitals = std::any_of(pieces.begin(), pieces.end(), [](const std::string& piece) {
    return !in_brackets(piece) && std::any_of(piece.begin(), piece.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  });
  return {.lower_case = !capitals, .strip_accents = !capitals};
}

}  // namespace prenorm::text
