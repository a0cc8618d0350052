// The built-in English text for language models, from Debian packages that any Debian machine can download. See
// docs/corpora.md for what is in it.
#pragma once

#include <filesystem>

#include "corpora/texts/text_counts.h"

namespace prenorm::corpora {

struct DebianTextOptions {
  std::filesystem::path output;  // folder of the text
  std::filesystem::path cache;   // folder of downloads; empty = default_cache_directory()
  bool gcide = false;            // the dictionary of 1913 too
};

// Makes OUTPUT/{train,valid,test}.txt and OUTPUT/corpus.json. If OUTPUT holds the same text already, nothing is done
// and its report is returned. Memory: some 150 MB.
// Errors: UsageError for no output; FileError without apt-get, network or space, or for a damaged package; DataError
// when other files stand in the way or nothing usable was found.
DebianTextReport build_debian_text(const DebianTextOptions& options);

}  // namespace prenorm::corpora
