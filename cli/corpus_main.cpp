// `prenorm-corpus`: the command `prenorm corpus` by itself, without LibTorch.
#include "cli/commands/commands.h"
#include "cli/run.h"

namespace {

constexpr prenorm::cli::Program kProgram{"prenorm-corpus", "Builds text to train on.",
                                         prenorm::cli::add_corpus_sources};

}  // namespace

int main(int argc, char** argv) { return prenorm::cli::run(kProgram, argc, argv); }
