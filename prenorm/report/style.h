// The looks of a page.
#pragma once

#include <string_view>

namespace prenorm::report {

std::string_view style_sheet();

}  // namespace prenorm::report
