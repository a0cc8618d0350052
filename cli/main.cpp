#include "cli/run.h"

int main(int argc, char** argv) { return prenorm::cli::run(argc, argv); }
