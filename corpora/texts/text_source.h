// The sources of the built-in English text for language models.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace prenorm::corpora {

enum class TextSource : std::uint8_t {
  kHelp,
  kPostgres,
  kDescription,
  kWordNet,
  kFoldoc,
  kJargon,
  kGcide,
};

struct TextSourceInfo {
  TextSource source;
  std::string_view name;  // as in the report
  std::string_view licence;
  std::string_view package;  // empty: not from a package but from apt's own index
};

// In the order of preference: the first of duplicates is kept.
inline constexpr std::array<TextSourceInfo, 7> kTextSources{{
    {TextSource::kHelp, "lohelp", "MPL-2.0", "libreoffice-help-en-us"},
    {TextSource::kPostgres, "postgresql", "PostgreSQL", "postgresql-doc-15"},
    {TextSource::kDescription, "ddtp", "none stated", ""},
    {TextSource::kWordNet, "wordnet", "WordNet-3.0", "wordnet-base"},
    {TextSource::kFoldoc, "foldoc", "GFDL-1.1+", "dict-foldoc"},
    {TextSource::kJargon, "jargon", "public domain", "dict-jargon"},
    {TextSource::kGcide, "gcide", "GPL-2+", "dict-gcide"},
}};

}  // namespace prenorm::corpora
