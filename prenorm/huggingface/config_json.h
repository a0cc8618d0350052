// config.json: an architecture as Hugging Face's transformers describes it, read and written.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>

#include "prenorm/huggingface/architecture.h"

namespace prenorm::huggingface {

nlohmann::ordered_json to_config_json(const Architecture& architecture);

// The defaults of generate() in transformers, for models that generate.
nlohmann::ordered_json to_generation_json(const Architecture& architecture, const DecodeConfig& decode);

// Reads a config.json. `ids` contains the ids that it names; `end_ids` the tokens that end a text for generate() of
// transformers, from the generation_config.json next to it or from the file itself (a list or a number); `masked_lm`,
// `next_sentence` and `classes` follow from its `architectures` (if that names none, the caller must look at the
// tensors). Errors: FileError; DataError naming the file and the key that is missing, has the wrong type, or has an
// unsupported value.
Architecture read_config_json(const std::filesystem::path& path);

}  // namespace prenorm::huggingface
