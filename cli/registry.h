// Where commands of `prenorm` are registered.
#pragma once

#include "cli/run.h"

namespace prenorm::cli {

// `prenorm`, its commands in the order in which help lists them.
const Program& program();

}  // namespace prenorm::cli
