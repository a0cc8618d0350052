// The glosses of WordNet: definitions and examples of English words.
#pragma once

#include <filesystem>

#include "corpora/texts/text_document.h"

namespace prenorm::corpora {

// Reads data.noun, data.verb, data.adj and data.adv (format: wndb(5WN)). A paragraph is a synset, "words: gloss"; a
// document holds the synsets under one more general term (hypernym) or, of adjectives, around one head, since a gloss
// alone is too short to learn a context from. Errors: FileError; DataError, naming file:line, for a line that is not of
// this format.
void extract_wordnet(const std::filesystem::path& folder, const DocumentSink& sink);

}  // namespace prenorm::corpora
