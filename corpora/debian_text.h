// The built-in English text for language models, from Debian packages that any Debian machine can download.
// docs/corpora.md describes its content.
#pragma once

#include <filesystem>

#include "corpora/texts/text_counts.h"

namespace prenorm::corpora {

struct DebianTextOptions {
  std::filesystem::path output;  // folder of the text
  std::filesystem::path cache;   // downloads; empty = default_cache_directory()
  bool gcide = false;            // include the dictionary of 1913
};

// Creates OUTPUT/{train,valid,test}.txt and OUTPUT/corpus.json. If OUTPUT has the same text already, its report is
// returned and nothing else is done. Memory: some 150 MB. Errors: UsageError for no output; FileError without apt-get,
// network or space, or for a damaged package; DataError if other files are in the way or nothing usable was found.
DebianTextReport build_debian_text(const DebianTextOptions& options);

}  // namespace prenorm::corpora
