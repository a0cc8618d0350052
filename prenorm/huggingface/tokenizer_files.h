// A tokenizer as the files that Hugging Face's tokenizers are loaded from.
#pragma once

#include <filesystem>

#include "prenorm/huggingface/architecture.h"
#include "prenorm/text/tokenizer.h"

namespace prenorm::huggingface {

SpecialIds special_ids(const text::Tokenizer& tokenizer);

// Writes the tokenizer's own files and tokenizer_config.json into `folder`. Errors: FileError.
void write_tokenizer(const std::filesystem::path& folder, const Architecture& architecture,
                     const text::Tokenizer& tokenizer);

// The tokenizer of a folder. Errors: FileError where there is none, DataError where it is damaged, of a kind that this
// program does not have, or of another size than the architecture's vocabulary.
text::Tokenizer read_tokenizer(const std::filesystem::path& folder, const Architecture& architecture);

}  // namespace prenorm::huggingface
