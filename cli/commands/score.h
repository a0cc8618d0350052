// `prenorm score`: BLEU and chrF of a translation.
#pragma once

#include "cli/command.h"

namespace prenorm::cli {

void add_score(CLI::App& app, Run& chosen);

}  // namespace prenorm::cli
