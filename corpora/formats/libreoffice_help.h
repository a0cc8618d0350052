// LibreOffice help: the same HTML pages in each language, paragraphs with the same ids.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "corpora/texts/source_tag.h"
#include "corpora/texts/text_document.h"

namespace prenorm::corpora {

struct HelpParagraph {
  std::string id, text;
};

// The elements p and h1 to h6 with an id, each id once, in order. Text for other systems (spans of class MAC, WIN,
// UNIX) is dropped. An element without its end is skipped.
std::vector<HelpParagraph> read_help_page(std::string_view html);

// Pairs the paragraphs of two `text` folders by page and id. Errors: FileError.
void extract_libreoffice_help(const std::filesystem::path& english, const std::filesystem::path& other,
                              const PairSink& sink);

// Each page of a `text` folder as a document with its relative path as the key. Errors: FileError.
void extract_help_documents(const std::filesystem::path& english, const DocumentSink& sink);

}  // namespace prenorm::corpora
