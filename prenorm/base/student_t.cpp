#include "prenorm/base/student_t.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace prenorm {

// Beyond the table we use the expansion in 1/degrees around the normal distribution (Abramowitz & Stegun, 26.7.5),
// which is right to three decimals there. Between the table's numbers a line lies slightly above the curve.
double student_t_975(double degrees) {
  static constexpr std::array kTable = {12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646,
                                        2.3060,  2.2622, 2.2281, 2.2010, 2.1788, 2.1604, 2.1448};
  if (!(degrees >= 1)) return std::numeric_limits<double>::infinity();
  if (degrees <= static_cast<double>(kTable.size())) {
    const auto whole = static_cast<std::size_t>(degrees);
    const double below = kTable[whole - 1], above = kTable[std::min(whole, kTable.size() - 1)];
    return below + (degrees - std::floor(degrees)) * (above - below);
  }
  constexpr double z = 1.959964, z3 = z * z * z, z5 = z3 * z * z;
  return z + (z3 + z) / (4 * degrees) + (5 * z5 + 16 * z3 + 3 * z) / (96 * degrees * degrees);
}

}  // namespace prenorm
