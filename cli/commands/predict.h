// `prenorm predict`: the predictions of a trained classifier for a table of examples.
#pragma once

#include "cli/command.h"

namespace prenorm::cli {
void add_predict(CLI::App& app, Run& chosen);
}  // namespace prenorm::cli
