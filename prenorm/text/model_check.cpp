#include "prenorm/text/model_check.h"

#include <fmt/format.h>

#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>

namespace prenorm::text {
namespace {

static_assert(std::endian::native == std::endian::little, "character maps are read as little-endian words");

constexpr std::uint64_t kPieces = 1, kNormalizerSpec = 3, kDenormalizerSpec = 5;  // fields of ModelProto
constexpr std::uint64_t kPieceText = 1;                                           // field of SentencePiece
constexpr std::uint64_t kCharacterMap = 2;                                        // field of NormalizerSpec

struct Field {
  std::uint64_t number = 0;
  std::string_view payload;  // content of a length-delimited field; otherwise empty
};

std::optional<std::uint64_t> take_varint(std::string_view& in) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !in.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(in.front());
    in.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7FU} << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

std::optional<Field> take_field(std::string_view& in) {
  const auto tag = take_varint(in);
  if (!tag) return std::nullopt;
  std::uint64_t size = 0;
  const std::uint64_t wire_type = *tag & 7;
  if (wire_type == 0) {
    if (!take_varint(in)) return std::nullopt;
  } else if (wire_type == 1 || wire_type == 5) {
    size = wire_type == 1 ? 8 : 4;
  } else if (wire_type == 2) {
    const auto length = take_varint(in);
    if (!length) return std::nullopt;
    size = *length;
  } else {
    return std::nullopt;
  }
  if (size > in.size()) return std::nullopt;
  const Field field{*tag >> 3, wire_type == 2 ? in.substr(0, size) : std::string_view()};
  in.remove_prefix(size);
  return field;
}

// A double array is safe to walk if every transition, by any byte, stays inside, and every leaf points into the
// replacements, whose last byte ends the last string.
bool character_map_is_safe(std::string_view map) {
  if (map.empty()) return true;  // the identity
  std::uint32_t trie_bytes = 0;
  if (map.size() <= sizeof trie_bytes) return false;
  std::memcpy(&trie_bytes, map.data(), sizeof trie_bytes);
  map.remove_prefix(sizeof trie_bytes);
  if (trie_bytes == 0 || trie_bytes % 4 != 0 || trie_bytes >= map.size() || map.back() != '\0') return false;
  const std::uint32_t units = trie_bytes / 4;
  const std::size_t replacements = map.size() - trie_bytes;
  for (std::uint32_t at = 0; at < units; ++at) {
    std::uint32_t unit = 0;
    std::memcpy(&unit, map.data() + std::size_t{at} * 4, sizeof unit);
    if ((unit >> 31) != 0) {
      if ((unit & 0x7FFFFFFFU) >= replacements) return false;
    } else {
      const std::uint32_t base = at ^ ((unit >> 10) << ((unit & 0x200U) >> 6));
      if ((base | 0xFFU) >= units) return false;
    }
  }
  return true;
}

bool normalizer_is_safe(std::string_view spec) {
  while (!spec.empty()) {
    const auto field = take_field(spec);
    if (!field || (field->number == kCharacterMap && !character_map_is_safe(field->payload))) return false;
  }
  return true;
}

// What is wrong with a piece of the vocabulary; empty if nothing is.
std::string find_piece_damage(std::string_view piece) {
  while (!piece.empty()) {
    const auto field = take_field(piece);
    if (!field) return "a piece of it is damaged";
    if (field->number == kPieceText && field->payload.size() > kLongestPiece)
      return fmt::format("a piece has {} bytes, more than the {} that a piece may have", field->payload.size(),
                         kLongestPiece);
  }
  return "";
}

}  // namespace

std::string find_model_damage(std::string_view model) {
  if (model.empty()) return "the file is empty";
  bool has_normalizer = false;
  while (!model.empty()) {
    const auto field = take_field(model);
    if (!field || field->number == 0) return "the file is damaged, truncated, or not a SentencePiece model";
    if (field->number == kPieces)
      if (std::string damage = find_piece_damage(field->payload); !damage.empty()) return damage;
    const bool normalizer = field->number == kNormalizerSpec;
    has_normalizer |= normalizer;
    if ((normalizer || field->number == kDenormalizerSpec) && !normalizer_is_safe(field->payload))
      return "its character map is damaged";
  }
  // The normaliser is the last part that every model has: a file truncated between two parts lacks it.
  return has_normalizer ? "" : "the file is truncated, or not a SentencePiece model";
}

}  // namespace prenorm::text
