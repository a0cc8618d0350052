// The built-in parallel corpora: English and another language, from Debian packages that any Debian machine can
// download. docs/corpora.md describes their content.
#pragma once

#include <filesystem>
#include <string>

#include "corpora/packages/package_cache.h"
#include "corpora/texts/corpus_counts.h"

namespace prenorm::corpora {

struct DebianCorpusOptions {
  std::string pair = "en-de";        // "en-de", "en-fr" or "en-cs"; the corpus serves both directions
  std::filesystem::path output;      // the corpus
  std::filesystem::path cache;       // downloads; empty = default_cache_directory()
  bool general_domain_only = false;  // only the dictionary and LibreOffice's help, which the demo trains on
};

// Creates OUTPUT/{train,dev,test}.{en,XX,tags} and OUTPUT/corpus.json. If OUTPUT has the same corpus already, its
// report is returned and nothing else is done. Memory: some 100 MB. Errors: UsageError for an unknown pair or no
// output; FileError without apt-get, network or space, with advice; DataError if other files are in the way.
DebianCorpusReport build_debian_corpus(const DebianCorpusOptions& options);

}  // namespace prenorm::corpora
