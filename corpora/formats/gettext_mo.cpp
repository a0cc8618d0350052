#include "corpora/formats/gettext_mo.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "corpora/formats/files.h"
#include "corpora/formats/html_text.h"
#include "prenorm/base/error.h"
#include "prenorm/base/unicode.h"
#include "prenorm/files/file.h"

namespace prenorm::corpora {
namespace {

constexpr std::uint32_t kMagic = 0x950412de, kSwappedMagic = 0xde120495;
constexpr char kContextEnd = '\4';

// Numbers and texts of a catalogue, with every offset checked.
class CatalogueBytes {
 public:
  CatalogueBytes(std::string_view bytes, std::string_view name) : bytes_(bytes), name_(name) {
    const std::uint32_t magic = number(0);
    if (magic != kMagic && magic != kSwappedMagic) damaged("does not start with the magic number");
    swapped_ = magic == kSwappedMagic;
  }

  std::uint32_t number(std::uint64_t offset) const {
    std::uint32_t value = 0;
    if (offset + sizeof value > bytes_.size()) damaged("is truncated");
    std::memcpy(&value, bytes_.data() + offset, sizeof value);
    return swapped_ ? __builtin_bswap32(value) : value;
  }

  // The text that the table entry at `offset` points to.
  std::string_view text(std::uint64_t offset) const {
    const std::uint64_t length = number(offset), start = number(offset + 4);
    if (start + length > bytes_.size()) damaged("is truncated");
    return bytes_.substr(start, length);
  }

 private:
  [[noreturn]] void damaged(std::string_view what) const {
    throw_error<DataError>("{}: {}: not a usable gettext catalogue; delete the cache folder and try again", name_,
                           what);
  }

  std::string_view bytes_, name_;
  bool swapped_ = false;
};

std::vector<std::string_view> split_blank_lines(std::string_view text) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t end = text.find("\n\n");
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end == text.npos ? text.size() : std::min(text.size(), text.find_first_not_of('\n', end)));
  }
  return parts;
}

void extract_text(std::string_view original, std::string_view translation, const PairSink& sink) {
  const std::string english = clean_interface_text(original), other = clean_interface_text(translation);
  const auto parts = split_blank_lines(english), other_parts = split_blank_lines(other);
  if (parts.size() != other_parts.size()) return sink(SourceTag::kInterface, english, other);
  for (std::size_t i = 0; i < parts.size(); ++i) sink(SourceTag::kInterface, parts[i], other_parts[i]);
}

std::string_view first_form(std::string_view text) { return text.substr(0, text.find('\0')); }
std::string_view last_form(std::string_view text) { return text.substr(text.rfind('\0') + 1); }

}  // namespace

std::vector<CatalogueEntry> read_catalogue(std::string_view bytes, std::string_view name) {
  const CatalogueBytes catalogue(bytes, name);
  const std::uint32_t count = catalogue.number(8);
  const std::uint64_t originals = catalogue.number(12), translations = catalogue.number(16);
  std::vector<CatalogueEntry> entries;
  for (std::uint64_t i = 0; i < count; ++i) {
    std::string_view original = catalogue.text(originals + 8 * i);
    const std::string_view translation = catalogue.text(translations + 8 * i);
    if (const std::size_t context = original.find(kContextEnd); context != original.npos)
      original.remove_prefix(context + 1);
    entries.push_back({original, translation});
  }
  return entries;
}

std::string clean_interface_text(std::string_view text) {
  const std::string plain = unescape_entities(strip_tags(text));
  const bool mnemonic_line = std::count(plain.begin(), plain.end(), '_') == 1;
  std::string kept;
  kept.reserve(plain.size());
  for (std::size_t at = 0; at < plain.size(); ++at) {
    const bool before_letter = at + 1 < plain.size() && (is_ascii_letter(plain[at + 1]) || plain[at + 1] < 0);
    if (((plain[at] == '&' || plain[at] == '~') && before_letter) || (plain[at] == '_' && mnemonic_line)) continue;
    kept += plain[at];
  }
  return kept;
}

void extract_catalogues(const std::filesystem::path& folder, const PairSink& sink) {
  for (const std::filesystem::path& file : files_below(folder, ".mo")) {
    const std::string bytes = read_file(file);
    for (const auto& [original, translation] : read_catalogue(bytes, file.native())) {
      if (original.empty()) continue;  // the catalogue's own header
      extract_text(first_form(original), first_form(translation), sink);
      if (original.find('\0') != original.npos) extract_text(last_form(original), last_form(translation), sink);
    }
  }
}

}  // namespace prenorm::corpora
