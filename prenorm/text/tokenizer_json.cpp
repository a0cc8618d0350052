#include "prenorm/text/tokenizer_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "prenorm/base/error.h"
#include "prenorm/base/json.h"
#include "prenorm/base/text.h"
#include "prenorm/base/unicode.h"
#include "prenorm/base/utf8.h"
#include "prenorm/text/byte_level_bpe.h"
#include "prenorm/text/character_model.h"
#include "prenorm/text/wordpiece.h"

namespace prenorm::text {
namespace {

// Reads one file; every error names it.
class Reader {
 public:
  Reader(std::string_view bytes, std::string_view name) : bytes_(bytes), name_(name), json_(parse_json(bytes)) {
    if (!json_.is_object()) refuse("it is damaged, truncated, or not a tokenizer");
  }

  std::shared_ptr<const TokenizerModel> read() const {
    if (text_of(json_, "format") == kOwnFormat) return read_own();
    const nlohmann::json& model = part("model").is_object() ? part("model") : json_;
    const std::string type = type_of(model);
    if (type == "WordPiece") return read_wordpiece(model);
    if (type == "BPE") return read_bpe(model);
    if (type.empty()) refuse("it has no model.type; a vocab.json needs its merges.txt next to it");
    refuse("its model is of the type " + quote_short(type) + "; supported are WordPiece and byte-level BPE");
  }

 private:
  [[noreturn]] void refuse(std::string_view what) const {
    throw_error<DataError>("{}: cannot be used as a tokenizer: {}", name_, what);
  }

  // null if there is none.
  static const nlohmann::json& part_of(const nlohmann::json& object, const char* key) {
    static const nlohmann::json none;
    const auto found = object.is_object() ? object.find(key) : object.end();
    return found == object.end() ? none : *found;
  }
  const nlohmann::json& part(const char* key) const { return part_of(json_, key); }
  // Empty if there is no such text.
  static std::string text_of(const nlohmann::json& object, const char* key) {
    const nlohmann::json& found = part_of(object, key);
    return found.is_string() ? found.get<std::string>() : std::string();
  }
  // The published files of BERT and GPT-2 are older than this field.
  static std::string type_of(const nlohmann::json& model) {
    std::string type = text_of(model, "type");
    if (!type.empty()) return type;
    if (part_of(model, "merges").is_array()) return "BPE";
    return part_of(model, "max_input_chars_per_word").is_number() ? "WordPiece" : "";
  }
  // Returns `otherwise` also for null, which Hugging Face writes for values that follow from elsewhere.
  static bool flag_of(const nlohmann::json& object, const char* key, bool otherwise) {
    const nlohmann::json& found = part_of(object, key);
    return found.is_boolean() ? found.get<bool>() : otherwise;
  }
  std::shared_ptr<const TokenizerModel> read_own() const {
    const std::string kind = text_of(json_, "kind");
    const bool mask = flag_of(json_, "mask", false);
    if (kind == "byte") return make_byte_model(mask);
    if (kind != "character") refuse("its kind is neither character nor byte");
    std::u32string characters;
    const std::string text = text_of(json_, "characters");
    for (std::string_view rest = text; !rest.empty();) characters.push_back(take_character(rest));
    const bool ascending = std::adjacent_find(characters.begin(), characters.end(),
                                              [](char32_t a, char32_t b) { return a >= b; }) == characters.end();
    if (characters.empty() || !ascending) refuse("its characters are not in the order of their code points");
    return make_character_model(characters, mask);
  }

  void place(std::vector<std::string>& pieces, const std::string& piece, const nlohmann::json& id) const {
    if (!id.is_number_unsigned() || id.get<std::uint64_t>() >= kMostPieces || piece.empty())
      refuse("the id of the piece " + quote_short(piece) + " is not a whole number of at least 0");
    const auto at = id.get<std::size_t>();
    if (at >= pieces.size()) pieces.resize(at + 1);
    if (!pieces[at].empty() && pieces[at] != piece)
      refuse("the pieces " + quote_short(pieces[at]) + " and " + quote_short(piece) + " have the same id");
    pieces[at] = piece;
  }

  std::vector<std::string> read_pieces(const nlohmann::json& model) const {
    const nlohmann::json& vocabulary = part_of(model, "vocab");
    if (!vocabulary.is_object()) refuse("it has no model.vocab");
    std::vector<std::string> pieces;
    for (const auto& [piece, id] : vocabulary.items()) place(pieces, piece, id);
    if (const nlohmann::json& added = part("added_tokens"); added.is_array())
      for (const nlohmann::json& token : added) place(pieces, text_of(token, "content"), part_of(token, "id"));
    const auto gap = std::find(pieces.begin(), pieces.end(), "");
    if (gap != pieces.end()) refuse("it has no piece with the id  " + std::to_string(gap - pieces.begin()));
    std::unordered_set<std::string_view> seen;
    for (const std::string& piece : pieces)
      if (!seen.insert(piece).second) refuse("the piece " + quote_short(piece) + " has two ids");
    return pieces;
  }

  // Must be called after read_pieces(), which rejects invalid ids.
  std::vector<AddedToken> read_added(const nlohmann::json& model) const {
    std::vector<AddedToken> added;
    if (const nlohmann::json& list = part("added_tokens"); list.is_array())
      for (const nlohmann::json& token : list) {
        const std::string content = text_of(token, "content");
        const bool special = flag_of(token, "special", false);
        added.push_back({.content = content,
                         .id = part_of(token, "id").get<std::int32_t>(),
                         .special = special,
                         .single_word = flag_of(token, "single_word", false),
                         .lstrip = flag_of(token, "lstrip", false),
                         .rstrip = flag_of(token, "rstrip", false),
                         .normalized = flag_of(token, "normalized", !special),
                         .in_model = part_of(model, "vocab").contains(content)});
      }
    return added;
  }

  std::shared_ptr<const TokenizerModel> read_wordpiece(const nlohmann::json& model) const {
    const nlohmann::json& normalizer = part("normalizer");
    if (text_of(normalizer, "type") != "BertNormalizer" || !flag_of(normalizer, "handle_chinese_chars", true) ||
        !flag_of(normalizer, "clean_text", true))
      refuse("its normalizer is not BERT's");
    if (text_of(model, "continuing_subword_prefix") != "##") refuse("its pieces inside words do not begin with ##");
    WordPieceRules rules;
    rules.words.lower_case = flag_of(normalizer, "lowercase", true);
    rules.words.strip_accents = flag_of(normalizer, "strip_accents", rules.words.lower_case);
    const nlohmann::json& longest = part_of(model, "max_input_chars_per_word");
    if (longest.is_number_unsigned()) rules.longest_word = longest.get<std::size_t>();
    std::vector<std::string> pieces = read_pieces(model);
    return make_wordpiece(std::move(pieces), rules, std::string(bytes_), name_, read_added(model));
  }

  std::shared_ptr<const TokenizerModel> read_bpe(const nlohmann::json& model) const {
    const nlohmann::json& words = part("pre_tokenizer");
    if (text_of(words, "type") != "ByteLevel" || !flag_of(words, "use_regex", true) ||
        flag_of(words, "add_prefix_space", false) || !part("normalizer").is_null() ||
        flag_of(model, "byte_fallback", false) || flag_of(model, "ignore_merges", false))
      refuse("it does not split text as GPT-2 does (ByteLevel without add_prefix_space and without a normalizer)");
    std::vector<std::string> pieces = read_pieces(model);
    return make_byte_level_bpe(std::move(pieces), read_merges(model), std::string(bytes_), name_, read_added(model));
  }

  Merges read_merges(const nlohmann::json& model) const {
    const nlohmann::json& list = part_of(model, "merges");
    if (!list.is_array()) refuse("it has no model.merges");
    Merges merges;
    for (const nlohmann::json& merge : list) {
      if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
        merges.emplace_back(merge[0].get<std::string>(), merge[1].get<std::string>());
        continue;
      }
      const std::string pair = merge.is_string() ? merge.get<std::string>() : std::string();
      const std::size_t blank = pair.find(' ');
      if (blank == std::string::npos) refuse("merge " + std::to_string(merges.size() + 1) + " is not a pair of pieces");
      merges.emplace_back(pair.substr(0, blank), pair.substr(blank + 1));
    }
    return merges;
  }

  // Larger than any existing vocabulary: a damaged id must not use up all memory.
  static constexpr std::uint64_t kMostPieces = 10'000'000;

  std::string_view bytes_, name_;
  nlohmann::json json_;
};

}  // namespace

std::shared_ptr<const TokenizerModel> parse_tokenizer_json(std::string_view bytes, std::string_view name) {
  return Reader(bytes, name).read();
}

}  // namespace prenorm::text
