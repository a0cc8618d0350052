// `prenorm doctor`: the properties of this machine that matter for training, with a verdict on each.
#pragma once

#include "cli/command.h"

namespace prenorm::cli {

void add_doctor(CLI::App& app, Run& chosen);

}  // namespace prenorm::cli
