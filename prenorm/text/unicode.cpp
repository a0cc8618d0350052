#include "prenorm/text/unicode.h"

#include <utf8proc.h>

namespace prenorm::text {
namespace {

bool is_invisible(utf8proc_int32_t code) {
  if (code == 0x2581 || code == 0xFFFD) return true;
  switch (utf8proc_category(code)) {
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF: return true;
    default: return false;
  }
}

}  // namespace

bool is_blank(std::string_view text) {
  const auto* next = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  auto left = static_cast<utf8proc_ssize_t>(text.size());
  while (left > 0) {
    utf8proc_int32_t code = 0;
    const utf8proc_ssize_t bytes = utf8proc_iterate(next, left, &code);
    if (bytes <= 0 || !is_invisible(code)) return false;
    next += bytes;
    left -= bytes;
  }
  return true;
}

void strip_byte_order_mark(std::string& first_line) {
  if (first_line.starts_with("\xEF\xBB\xBF")) first_line.erase(0, 3);
}

}  // namespace prenorm::text
