// The style sheet of a page.
#pragma once

#include <string_view>

namespace prenorm::html {

std::string_view style_sheet();

}  // namespace prenorm::html
