// What we use of SentencePiece, behind an interface. Debian's libsentencepiece carries a protobuf of its own whose
// symbols are public, and so does LibTorch: linked into one program, each finds the other's and crashes. The calls
// stand in a shared object (plugin/) that is loaded with its symbols to itself.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "prenorm/text/tokenizer_model.h"

namespace prenorm::text {

// What we name pieces of models that we train: both are control pieces, which no text becomes.
inline constexpr const char* kMaskPiece = "<mask>";
inline constexpr const char* kNewlinePiece = "<n>";

// Functions return SentencePiece's message, empty when all is well. Nothing throws.
struct SentencePieceApi {
  std::string (*load)(std::string_view bytes, std::shared_ptr<const TokenizerModel>& model);
  // `next_line` gives one line after the other, false at the end; it must not throw.
  std::string (*train)(const std::unordered_map<std::string, std::string>& options,
                       const std::function<bool(std::string&)>& next_line, std::string& serialized_model);
};

// Loads the shared object at the first call. Errors: FileError when it is not there.
const SentencePieceApi& sentencepiece();

}  // namespace prenorm::text
