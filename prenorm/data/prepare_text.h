// From a plain or gzip text to a PreparedText, once: the folder is reused while text, tokenizer and rules stay the
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
  DataConfig rules;                    // `documents` and `invalid_utf8` count
  std::filesystem::path prepared_dir;  // holds the folders of any number of texts
  int threads = 0;                     // for tokenizing; 0 = one for each core. The result is the same for any number
};

// kDocuments: each document is the tokens of its lines one after the other, then end of sentence. kStream: the tokens
// of Tokenizer::encode_text, which decode to the text. Opens the folder after writing it if it is not there, not whole,
// or not of this content. Tells on stderr what it does.
// Errors: those of TextPieces and Tokenizer; DataError when there is no text, or, with documents = blank_lines, no
// empty line between documents.
PreparedText prepare_text(const TextRecipe& recipe);

}  // namespace prenorm::data
