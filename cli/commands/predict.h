// `prenorm predict`: what a trained classifier says of a table of examples.
#pragma once

#include "cli/command.h"

namespace prenorm::cli {
void add_predict(CLI::App& app, Run& chosen);
}  // namespace prenorm::cli
