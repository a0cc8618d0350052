// SentencePiece reads a damaged model file without looking: it may crash, or go on with half a vocabulary. This looks
// first. The format is sentencepiece_model.proto of SentencePiece (protocol buffers, proto2) and, inside it, the
// character map of its normaliser: a Darts-clone double array followed by NUL-terminated replacements.
#pragma once

#include <string>
#include <string_view>

namespace prenorm::text {

// What is wrong with the bytes of a model file; empty when SentencePiece can be given them.
std::string find_model_damage(std::string_view model);

}  // namespace prenorm::text
