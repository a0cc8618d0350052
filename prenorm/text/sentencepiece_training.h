// Training of SentencePiece models.
#pragma once

#include <string>
#include <string_view>

#include "prenorm/text/tokenizer.h"

namespace prenorm::text {

// Returns the content of the model file. As train_tokenizer(), for the kinds bpe and unigram.
std::string train_sentencepiece(const LineSource& lines, const TokenizerConfig& config, std::string_view name,
                                ExtraPieces extra);

}  // namespace prenorm::text
