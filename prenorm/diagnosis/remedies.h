// What to change for a cause, and which statement of the theory the cause violates.
#pragma once

#include <string>
#include <vector>

#include "prenorm/diagnosis/diagnosis.h"

namespace prenorm::diagnosis {

// "the learning rate is too high", as a clause.
std::string cause_text(Cause cause);
// Most promising first; lines can be pasted into the configuration.
std::vector<Remedy> remedies_for(Cause cause, const Evidence& evidence);
std::string theory_for(Cause cause, const Evidence& evidence);

}  // namespace prenorm::diagnosis
