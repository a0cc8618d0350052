// The part of SentencePiece that we use, behind an interface. Debian's libsentencepiece contains its own protobuf with
// public symbols, and so does LibTorch: linked into one program, each finds the other's symbols and crashes. The calls
// are therefore in a shared object (plugin/) that is loaded with its own symbols.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "prenorm/text/tokenizer_model.h"

namespace prenorm::text {

// Names of extra pieces in models that we train: both are control pieces, which text never becomes.
inline constexpr const char* kMaskPiece = "<mask>";
inline constexpr const char* kNewlinePiece = "<n>";

// Functions return SentencePiece's error message, empty on success. Nothing throws.
struct SentencePieceApi {
  std::string (*load)(std::string_view bytes, std::shared_ptr<const TokenizerModel>& model);
  // `next_line` returns the next line, or false at the end; it must not throw.
  std::string (*train)(const std::unordered_map<std::string, std::string>& options,
                       const std::function<bool(std::string&)>& next_line, std::string& serialized_model);
};

// Loads the shared object at the first call. Errors: FileError if it is missing.
const SentencePieceApi& sentencepiece();

}  // namespace prenorm::text
