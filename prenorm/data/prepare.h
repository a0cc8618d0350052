// Turns a parallel text into a PreparedCorpus, once: the folder is reused while text, tokenizers and rules stay the
// same.
#pragma once

#include <filesystem>

#include "prenorm/config/data_config.h"
#include "prenorm/data/prepared_corpus.h"
#include "prenorm/text/tokenizer.h"

namespace prenorm::data {

struct CorpusRecipe {
  std::filesystem::path source;
  std::filesystem::path target;
  text::Tokenizer source_tokenizer;
  text::Tokenizer target_tokenizer;
  DataConfig rules;                    // only the rules and limits matter, not the paths
  std::filesystem::path prepared_dir;  // contains the folders of any number of corpora
  int threads = 0;                     // for tokenizing; 0 = one per core. The result does not depend on it
};

// Opens the corpus, after writing it if it is missing, incomplete, or has other content. Reports progress on stderr.
// Leaves nothing behind on failure; of two processes that need the same corpus, the second waits. Errors: those of
// ParallelText, text::Tokenizer::encode and CorpusWriter.
PreparedCorpus prepare_corpus(const CorpusRecipe& recipe);

}  // namespace prenorm::data
