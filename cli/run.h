// The `prenorm` command.
#pragma once

namespace prenorm::cli {

// Parses, runs the chosen command and returns the exit code: 0 done, 1 failed, 2 wrong command line or configuration.
// This is the only place where an exception becomes `error: <sentence>` on stderr.
int run(int argc, const char* const* argv);

}  // namespace prenorm::cli
