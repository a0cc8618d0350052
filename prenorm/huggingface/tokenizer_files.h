// The files from which Hugging Face's tokenizers are loaded.
#pragma once

#include <filesystem>

#include "prenorm/huggingface/architecture.h"
#include "prenorm/text/tokenizer.h"

namespace prenorm::huggingface {

SpecialIds special_ids(const text::Tokenizer& tokenizer);

// Writes the tokenizer's own files and tokenizer_config.json to `folder`. Errors: FileError.
void write_tokenizer(const std::filesystem::path& folder, const Architecture& architecture,
                     const text::Tokenizer& tokenizer);

// The tokenizer of a folder. Errors: FileError if there is none, DataError if it is damaged, of an unsupported kind, or
// of another size than the architecture's vocabulary.
text::Tokenizer read_tokenizer(const std::filesystem::path& folder, const Architecture& architecture);

}  // namespace prenorm::huggingface
