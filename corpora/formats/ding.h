// The dictionary of package trans-de-en (Ding): "DE | DE ... :: EN | EN ..." with example sentences and phrases.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "corpora/texts/source_tag.h"

namespace prenorm::corpora {

// Yields sentences (both sides end in ., ! or ?, the other side starts with a capital) and phrases (the rest); neither
// contains placeholders such as "sb." and "etw.". Lines in another format are skipped. Errors: FileError.
void extract_ding(const std::filesystem::path& file, const PairSink& sink);

// One alternative without its notes {..} [..] <..> (..); nothing if it has a slash or an unmatched bracket.
std::optional<std::string> clean_ding_entry(std::string_view entry);

}  // namespace prenorm::corpora
