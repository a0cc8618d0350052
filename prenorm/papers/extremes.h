// One value for many, of seeds or models. A value that is not a number is returned, so that no check passes.
#pragma once

#include <vector>

namespace prenorm::papers {

double least(const std::vector<double>& values);     // infinity if there are none
double greatest(const std::vector<double>& values);  // -infinity if there are none
// The value farthest from `predicted`, which is returned if there are none.
double farthest_from(double predicted, const std::vector<double>& values);

}  // namespace prenorm::papers
