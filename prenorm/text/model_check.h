// SentencePiece does not check a model file for damage: it may crash, or continue with half a vocabulary, so we check
// it first. The format is sentencepiece_model.proto of SentencePiece (protocol buffers, proto2) and, inside it, the
// character map of its normaliser: a Darts-clone double array followed by NUL-terminated replacements.
//
// SentencePiece keeps pieces in a double array too, which it builds recursively, one call for each byte of a piece: a
// piece of some 150,000 bytes overflows the stack.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace prenorm::text {

// Maximum bytes of a piece: twice the longest that SentencePiece itself makes (512 characters).
inline constexpr std::size_t kLongestPiece = 4096;

// What is wrong with the bytes of a model file; empty if SentencePiece can safely read them.
std::string find_model_damage(std::string_view model);

}  // namespace prenorm::text
