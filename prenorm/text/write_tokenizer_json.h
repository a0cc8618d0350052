// tokenizer.json in the format of Hugging Face's tokenizers (the serde forms of their crate, 0.13 and later), with
// every required field.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "prenorm/text/listed_model.h"
#include "prenorm/text/wordpiece.h"

namespace prenorm::text {

// Includes a post-processor that adds [CLS] and [SEP] and numbers the segments, as BERT's does.
std::string write_wordpiece_json(const std::vector<std::string>& pieces, const WordPieceRules& rules,
                                 const SpecialIds& special);

// `vocabulary`: an object of ids by piece. `merges`: "left right", best first.
std::string write_byte_level_bpe_json(const nlohmann::json& vocabulary, const std::vector<std::string>& merges);

}  // namespace prenorm::text
