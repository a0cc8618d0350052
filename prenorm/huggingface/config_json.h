// config.json: an architecture as Hugging Face's transformers describes it, both ways.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>

#include "prenorm/huggingface/architecture.h"

namespace prenorm::huggingface {

nlohmann::ordered_json to_config_json(const Architecture& architecture);

// What generate() of transformers starts from; for models that generate.
nlohmann::ordered_json to_generation_json(const Architecture& architecture, const DecodeConfig& decode);

// Reads a config.json. `ids` has what it names of them, `end_ids` the tokens that end a text for generate() of
// transformers: those of the generation_config.json beside it, or its own (in one of them a list or a number);
// `masked_lm`, `next_sentence` and `classes` follow from its `architectures` (what the tensors are, where it names none
// is for the caller to see). Errors: FileError; DataError naming the file and the key that is missing, is not of its
// type, or has a value that this program has no equation for.
Architecture read_config_json(const std::filesystem::path& path);

}  // namespace prenorm::huggingface
