// The byte order mark that some editors put before the first byte of a UTF-8 text. It is skipped wherever text is read:
// lines, tables, vocabularies, JSON.
#pragma once

#include <string>

namespace prenorm {

inline void strip_byte_order_mark(std::string& text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
}

}  // namespace prenorm
