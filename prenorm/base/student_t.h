// Quantiles of Student's t.
#pragma once

namespace prenorm {

// The 97.5 % point with this many degrees of freedom, whole or not; infinite below one degree.
double student_t_975(double degrees);

}  // namespace prenorm
