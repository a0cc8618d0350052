// From a parallel text to a PreparedCorpus, once: the folder is reused while text, tokenizers and rules stay the same.
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
  DataConfig rules;                    // the rules and limits count, its paths do not
  std::filesystem::path prepared_dir;  // holds the folders of any number of corpora
  int threads = 0;                     // for tokenizing; 0 = one for each core. The result is the same for any number
};

// Opens the corpus, after writing it if it is not there, not whole, or not of this content. Tells on stderr what it
// does. Nothing is left behind when it fails; of two processes that need the same corpus, the second waits.
// Errors: those of ParallelText, text::Tokenizer::encode and CorpusWriter.
PreparedCorpus prepare_corpus(const CorpusRecipe& recipe);

}  // namespace prenorm::data
