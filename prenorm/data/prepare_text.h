// Turns a plain or gzip text into a PreparedText, once: the folder is reused while text, tokenizer and rules stay the
// same.
#pragma once

#include <filesystem>

#include "prenorm/config/data_config.h"
#include "prenorm/data/prepared_text.h"
#include "prenorm/text/tokenizer.h"

namespace prenorm::data {

struct TextRecipe {
  std::filesystem::path path;
  text::Tokenizer tokenizer;
  TextShape shape = TextShape::kDocuments;
  DataConfig rules;                    // only `documents` and `invalid_utf8` matter
  std::filesystem::path prepared_dir;  // contains the folders of any number of texts
  int threads = 0;                     // for tokenizing; 0 = one per core. The result does not depend on it
};

// kDocuments: each document is the tokens of its lines in order, then end of sentence. kStream: the tokens of
// Tokenizer::encode_text, which decode to the text. Opens the folder after writing it if it is missing, incomplete, or
// has other content. Reports progress on stderr. Errors: those of TextPieces and Tokenizer; DataError if there is no
// text, or, with documents = blank_lines, no empty line between documents.
PreparedText prepare_text(const TextRecipe& recipe);

}  // namespace prenorm::data
