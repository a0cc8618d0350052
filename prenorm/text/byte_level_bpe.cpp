#include "prenorm/text/byte_level_bpe.h"

#include <array>
#include <functional>
#include <initializer_list>
#include <queue>
#include <unordered_map>

#include "prenorm/base/error.h"
#include "prenorm/base/text.h"
#include "prenorm/base/unicode.h"
#include "prenorm/base/utf8.h"
#include "prenorm/text/gpt2_words.h"
#include "prenorm/text/listed_model.h"

namespace prenorm::text {
namespace {

// The character that represents each byte (bytes_to_unicode of encoder.py): itself if visible, else the next one from
// U+0100 on.
std::array<char32_t, 256> byte_characters() {
  std::array<char32_t, 256> characters{};
  char32_t next = 0x100;
  for (char32_t byte = 0; byte < 256; ++byte) {
    const bool shows = (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
    characters[byte] = shows ? byte : next++;
  }
  return characters;
}

// The bytes that a piece represents. Characters that represent no byte, as in special pieces, are kept.
std::string bytes_of(std::string_view piece) {
  static const auto byte_of = [] {
    std::unordered_map<char32_t, char> result;
    const auto characters = byte_characters();
    for (std::size_t byte = 0; byte < 256; ++byte) result.emplace(characters[byte], static_cast<char>(byte));
    return result;
  }();
  std::string bytes;
  while (!piece.empty()) {
    const char32_t c = take_character(piece);
    const auto found = byte_of.find(c);
    if (found != byte_of.end()) {
      bytes += found->second;
    } else if (c != kNotUtf8) {
      append_utf8(bytes, c);
    }
  }
  return bytes;
}

struct Merge {
  std::int32_t rank = 0, id = 0;
};

// Merges of neighbours, by the ids of both.
class MergeTable {
 public:
  void add(std::int32_t left, std::int32_t right, Merge merge) { merges_.emplace(key(left, right), merge); }
  const Merge* find(std::int32_t left, std::int32_t right) const {
    const auto found = merges_.find(key(left, right));
    return found == merges_.end() ? nullptr : &found->second;
  }

 private:
  static std::uint64_t key(std::int32_t left, std::int32_t right) {
    return std::uint64_t{static_cast<std::uint32_t>(left)} << 32 | static_cast<std::uint32_t>(right);
  }
  std::unordered_map<std::uint64_t, Merge> merges_;
};

// The symbols of one word, merged in the order of rank, then place. It uses a queue, not a search for each merge,
// because a word may be as long as the text.
class WordMerger {
 public:
  explicit WordMerger(const MergeTable& merges) : merges_(merges) {}

  // Appends the result of merging `symbols`.
  void merge(const std::vector<std::int32_t>& symbols, std::vector<std::int32_t>& ids) {
    symbols_.clear();
    for (const std::int32_t id : symbols) {
      const int at = static_cast<int>(symbols_.size());
      symbols_.push_back({.id = id, .previous = at - 1, .next = at + 1});
    }
    symbols_.back().next = -1;
    for (int at = 0; at + 1 < std::ssize(symbols_); ++at) propose(at);
    while (!queue_.empty()) {
      const Candidate candidate = queue_.top();
      queue_.pop();
      apply(candidate);
    }
    for (int at = 0; at >= 0; at = symbols_[static_cast<std::size_t>(at)].next)
      ids.push_back(symbols_[static_cast<std::size_t>(at)].id);
  }

 private:
  struct Symbol {
    std::int32_t id = 0;  // -1: merged into the one before it
    int previous = -1, next = -1;
  };
  struct Candidate {
    std::int32_t rank = 0;
    int at = 0;
    std::int32_t left = 0, right = 0, merged = 0;
    bool operator>(const Candidate& other) const { return rank != other.rank ? rank > other.rank : at > other.at; }
  };

  Symbol& symbol(int at) { return symbols_[static_cast<std::size_t>(at)]; }

  void propose(int at) {
    if (at < 0 || symbol(at).next < 0) return;
    const std::int32_t left = symbol(at).id, right = symbol(symbol(at).next).id;
    if (const Merge* merge = merges_.find(left, right)) queue_.push({merge->rank, at, left, right, merge->id});
  }

  void apply(const Candidate& candidate) {
    Symbol& left = symbol(candidate.at);
    if (left.id != candidate.left || left.next < 0 || symbol(left.next).id != candidate.right) return;
    symbol(left.next).id = -1;
    left.id = candidate.merged;
    left.next = symbol(left.next).next;
    if (left.next >= 0) symbol(left.next).previous = candidate.at;
    propose(left.previous);
    propose(candidate.at);
  }

  const MergeTable& merges_;
  std::vector<Symbol> symbols_;
  std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> queue_;
};

class ByteLevelBpe : public ListedModel {
 public:
  ByteLevelBpe(std::vector<std::string> pieces, SpecialIds special, std::array<std::int32_t, 256> byte_ids,
               MergeTable merges, std::string serialized, AddedTokens added)
      : ListedModel(std::move(pieces), special, std::move(serialized), std::move(added)),
        byte_ids_(byte_ids),
        merges_(std::move(merges)) {}

  TokenizerFormat format() const override { return TokenizerFormat::kByteLevelBpe; }
  bool starts_word(int id) const override {
    if (special().is_control(id) || id == unk_id()) return false;
    if (added().contains(id)) return true;
    const std::string bytes = bytes_of(name_of(id));
    std::string_view text = bytes;
    return !text.empty() && !continues_word(take_character(text));
  }

 private:
  void encode_plain(std::string_view text, std::vector<std::int32_t>& ids) const override {
    WordMerger merger(merges_);
    std::vector<std::int32_t> symbols;
    while (!text.empty()) {
      const std::size_t size = gpt2_word_size(text);
      symbols.clear();
      for (const char c : text.substr(0, size)) symbols.push_back(byte_ids_[static_cast<unsigned char>(c)]);
      merger.merge(symbols, ids);
      text.remove_prefix(size);
    }
  }
  // An added token is written unchanged, other pieces with one character per byte.
  void append_text(int id, std::string& text) const override {
    text += id == unk_id() ? "\uFFFD" : added().contains(id) ? name_of(id) : bytes_of(name_of(id));
  }

  std::array<std::int32_t, 256> byte_ids_;
  MergeTable merges_;
};

using Ids = std::unordered_map<std::string_view, std::int32_t>;

std::int32_t first_of(const Ids& ids, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names)
    if (const auto found = ids.find(name); found != ids.end()) return found->second;
  return -1;
}

std::array<std::int32_t, 256> find_byte_ids(const Ids& ids, int unk, std::string_view name) {
  std::array<std::int32_t, 256> result{};
  const auto characters = byte_characters();
  for (std::size_t byte = 0; byte < 256; ++byte) {
    std::string piece;
    append_utf8(piece, characters[byte]);
    const auto found = ids.find(piece);
    if (found == ids.end() && unk < 0)
      throw_error<DataError>(
          "{}: the vocabulary has neither a piece for the byte {} nor <unk>; use a vocabulary of GPT-2", name, byte);
    result[byte] = found != ids.end() ? found->second : unk;
  }
  return result;
}

MergeTable make_table(const Ids& ids, const Merges& merges, std::string_view name) {
  MergeTable table;
  std::int32_t rank = 0;
  for (const auto& [left, right] : merges) {
    const auto l = ids.find(left), r = ids.find(right), both = ids.find(left + right);
    ++rank;
    if (l == ids.end() || r == ids.end() || both == ids.end())
      throw_error<DataError>("{}: merge {}, of {} and {}, needs a piece that the vocabulary does not have", name, rank,
                             quote_short(left), quote_short(right));
    table.add(l->second, r->second, {.rank = rank, .id = both->second});
  }
  return table;
}

}  // namespace

std::shared_ptr<const TokenizerModel> make_byte_level_bpe(std::vector<std::string> pieces, const Merges& merges,
                                                          std::string serialized, std::string_view name,
                                                          std::vector<AddedToken> added) {
  Ids ids;
  for (std::size_t id = 0; id < pieces.size(); ++id) ids.emplace(pieces[id], static_cast<std::int32_t>(id));
  SpecialIds special;
  special.eos = first_of(ids, {"<|endoftext|>", "</s>"});
  special.bos = first_of(ids, {"<s>", "<|endoftext|>"});
  special.pad = first_of(ids, {"<pad>"});
  special.mask = first_of(ids, {"<mask>"});
  special.unk = first_of(ids, {"<unk>"});
  special.newline = first_of(ids, {"\u010A"});
  if (special.eos < 0) throw_error<DataError>("{}: the vocabulary has no <|endoftext|> and no </s>", name);
  const auto byte_ids = find_byte_ids(ids, special.unk, name);
  MergeTable table = make_table(ids, merges, name);
  const auto as_it_is = [](std::string_view text) { return std::string(text); };
  return std::make_shared<ByteLevelBpe>(std::move(pieces), special, byte_ids, std::move(table), std::move(serialized),
                                        AddedTokens(special.marked(std::move(added)), as_it_is));
}

}  // namespace prenorm::text
