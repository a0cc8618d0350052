// Compiled gettext catalogues (.mo): a header and two tables of (length, offset), see the GNU gettext manual, "The
// Format of GNU MO Files". LibreOffice's interface texts are stored in them.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "corpora/texts/source_tag.h"

namespace prenorm::corpora {

struct CatalogueEntry {
  std::string_view original, translation;  // views into the catalogue; plural forms are separated by NUL
};

// Reads either byte order; the context before byte 4 is removed. Messages call the catalogue `name`. Errors: DataError
// if it is not a catalogue or a table or text is outside it.
std::vector<CatalogueEntry> read_catalogue(std::string_view bytes, std::string_view name);

// A text as users see it: without tags, entities, mnemonic marks ("&File", "~File", one "_").
std::string clean_interface_text(std::string_view text);

// Pairs the texts of all .mo files in a folder, split at blank lines if both sides have the same number. Errors:
// FileError, DataError.
void extract_catalogues(const std::filesystem::path& folder, const PairSink& sink);

}  // namespace prenorm::corpora
