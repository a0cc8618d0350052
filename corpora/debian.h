// The built-in parallel corpora: English and another language, from Debian packages that any Debian machine can
// download. See docs/corpora.md for what is in them.
#pragma once

#include <filesystem>
#include <string>

#include "corpora/packages/package_cache.h"
#include "corpora/texts/corpus_counts.h"

namespace prenorm::corpora {

struct DebianCorpusOptions {
  std::string pair = "en-de";        // "en-de", "en-fr" or "en-cs"; the corpus serves both directions
  std::filesystem::path output;      // folder of the corpus
  std::filesystem::path cache;       // folder of downloads; empty = default_cache_directory()
  bool general_domain_only = false;  // the dictionary and LibreOffice's help only: what the demo trains on
};

// Makes OUTPUT/{train,dev,test}.{en,XX,tags} and OUTPUT/corpus.json. If OUTPUT holds the same corpus already, nothing
// is done and its report is returned. Memory: some 100 MB.
// Errors: UsageError for an unknown pair or no output; FileError without apt-get, network or space, the message
// tells what to do instead; DataError when other files stand in the way.
DebianCorpusReport build_debian_corpus(const DebianCorpusOptions& options);

}  // namespace prenorm::corpora
