// The dictionary of package trans-de-en (Ding): "DE | DE ... :: EN | EN ..." with example sentences and phrases.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "corpora/texts/source_tag.h"

namespace prenorm::corpora {

// Gives sentences (both sides end in ., ! or ?, the other side starts with a capital) and phrases (the rest); neither
// has placeholders such as "sb." and "etw.". Lines of another form are passed over. Errors: FileError.
void extract_ding(const std::filesystem::path& file, const PairSink& sink);

// One alternative without its notes {..} [..] <..> (..); nothing when it has a slash or a bracket without its partner.
std::optional<std::string> clean_ding_entry(std::string_view entry);

}  // namespace prenorm::corpora
