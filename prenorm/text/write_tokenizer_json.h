// tokenizer.json as Hugging Face's tokenizers read it (the serde forms of their crate, 0.13 and later): every field
// that they ask for is there.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "prenorm/text/listed_model.h"
#include "prenorm/text/wordpiece.h"

namespace prenorm::text {

// With a post-processor that adds [CLS] and [SEP] and numbers the segments, as BERT's does.
std::string write_wordpiece_json(const std::vector<std::string>& pieces, const WordPieceRules& rules,
                                 const SpecialIds& special);

// `vocabulary`: an object of ids by piece. `merges`: "left right", best first.
std::string write_byte_level_bpe_json(const nlohmann::json& vocabulary, const std::vector<std::string>& merges);

}  // namespace prenorm::text
