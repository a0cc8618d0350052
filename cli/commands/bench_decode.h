// The part of `prenorm bench` that measures translating.
#pragma once

#include <cstdint>
#include <string>

#include "cli/translator_options.h"

namespace prenorm::cli {

struct DecodeBenchOptions {
  TranslatorOptions translator;
  std::string text;
  std::int64_t baseline_every = 0;  // also translate every N-th line by a padded loop without a cache; 0 = none
  bool json = false;
};

// Translates the text and prints how fast that was. Errors: those of load(), FileError, DataError.
int bench_decode(const DecodeBenchOptions& options);

}  // namespace prenorm::cli
