// Beam search over a translator, many sentences at once (Graves 2012; the length penalty is fairseq's).
//
// log P of a hypothesis is the sum of its tokens' log-probabilities, its length counts all its tokens, including end of
// sentence, and score = log P
// length^A. docs/decoding.md describes the algorithm step by step.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "prenorm/batches/batch.h"
#include "prenorm/config/train_config.h"
#include "prenorm/models/translator.h"

namespace prenorm::decoding {

struct Hypothesis {
  std::vector<std::int64_t> ids;  // without the start, ending with end of sentence
  double log_probability = 0;     // nats
  double score = 0;
};

struct SearchOptions {
  std::int64_t beam = 5;
  double length_penalty = 1;  // A
  std::int64_t n_best = 1;
  StopRule stop = StopRule::kBeamFinished;
  std::int64_t decoder_start_id = 0;
  std::int64_t eos_id = 0;
};

// The n_best best hypotheses for each sentence, best first; fewer only if the beam found fewer. max_lengths limits the
// tokens of each sentence's hypotheses, including end of sentence. Sentences must not be empty (their end of sentence
// is a token). Several threads may search with one model at once. Deterministic: the same batch gives the same result
// on the same machine and thread count. Errors: UsageError for options or lengths below 1, NumericsError for a model
// whose output is not finite, DataError for a length beyond the model's positions.
std::vector<std::vector<Hypothesis>> beam_search(const models::Translator& model, const batches::PackedSide& sources,
                                                 std::span<const std::int64_t> max_lengths,
                                                 const SearchOptions& options);

}  // namespace prenorm::decoding
