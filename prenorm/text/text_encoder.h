// Ids of a text that arrives in parts: those of Tokenizer::encode_text() of the whole, without holding the whole.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prenorm/text/tokenizer.h"

namespace prenorm::text {

class TextEncoder {
 public:
  explicit TextEncoder(Tokenizer tokenizer) : tokenizer_(std::move(tokenizer)) {}

  // Appends the ids that no later part can change: up to the last newline after something that is not white space.
  // Errors: those of Tokenizer::encode_text().
  void add(std::string_view part, std::vector<std::int32_t>& ids);
  // Appends the rest.
  void finish(std::vector<std::int32_t>& ids);

 private:
  Tokenizer tokenizer_;
  std::string waiting_;
};

}  // namespace prenorm::text
