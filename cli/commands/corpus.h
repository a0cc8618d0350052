// `prenorm corpus SOURCE`: builds text to train on.
#pragma once

#include "cli/command.h"

namespace prenorm::cli {

void add_corpus(CLI::App& app, Run& chosen);

}  // namespace prenorm::cli
