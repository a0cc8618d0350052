// Dictionaries in the format of the DICT server dictd(8): NAME.dict.dz, a gzip file of consecutive entries, and
// NAME.index, lines of headword, offset and length.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "corpora/texts/text_document.h"

namespace prenorm::corpora {

// The layout of the entries of a dictionary.
enum class DictdLayout : char {
  kHeadingLine,  // the headword on its own line, indented paragraphs, [text]: FOLDOC, the Jargon File
  kWebster,      // "Headword \pro*nun"ci*a`tion\, n. [etymology]" followed by the first sense, [1913 Webster]: GCIDE
};

// One entry as a document with its first headword as the key; without links' braces, subject labels ("<theory>"),
// pronunciations and tables. Its first paragraph starts with the headword.
TextDocument read_dictd_entry(std::string_view entry, DictdLayout layout);

// The entries in the order of the file, each once however many headwords lead to it, except those about the dictionary
// itself. Errors: FileError; DataError, naming file:line, for an index that does not match its dictionary.
void extract_dictd(const std::filesystem::path& folder, std::string_view name, DictdLayout layout,
                   const DocumentSink& sink);

}  // namespace prenorm::corpora
