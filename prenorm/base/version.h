#pragma once

#include <string_view>

namespace prenorm {
std::string_view version();
}
