// Pages of a manual in the HTML of DocBook's stylesheets.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "corpora/texts/text_document.h"

namespace prenorm::corpora {

// The text between the tags of block elements (p, h1, li, td ...), in order, with entities resolved and blanks
// collapsed. Dropped are the head, program text (pre), navigation, tables of contents, the index and signatures of
// functions. Broken markup gives odd text, never an error.
std::vector<std::string> read_html_page(std::string_view html);

// Each .html file below a folder as a document with its relative path as the key. Errors: FileError.
void extract_html_documents(const std::filesystem::path& folder, const DocumentSink& sink);

}  // namespace prenorm::corpora
