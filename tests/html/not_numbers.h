// Numbers that charts must leave out.
#pragma once

#include <limits>

namespace prenorm::html {

inline constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
inline constexpr double kInf = std::numeric_limits<double>::infinity();

}  // namespace prenorm::html
