// One sentence's beam search: how it uses the probabilities of the next tokens, however the decoder computed them.
// docs/decoding.md describes it step by step.
#pragma once

#include <cstdint>
#include <vector>

#include "prenorm/decoding/beam_search.h"
#include "prenorm/decoding/history.h"
#include "prenorm/decoding/next_tokens.h"

namespace prenorm::decoding {

// An unfinished hypothesis: the history up to `previous`, then `token`, the decoder's next input.
struct LiveHypothesis {
  std::int64_t previous, token;
  double log_probability;
};

class SentenceSearch {
 public:
  // `index`: the index of the sentence in the batch.
  SentenceSearch(std::int64_t index, std::int64_t max_length, const SearchOptions& options)
      : index_(index), max_length_(max_length), options_(&options), live_{{kNoRow, options.decoder_start_id, 0}} {}

  std::int64_t index() const { return index_; }
  const std::vector<LiveHypothesis>& live() const { return live_; }  // best first
  bool done() const { return done_; }

  // Performs step number `step`, counted from 1. The live hypotheses are the queries of `next` from `query` on, and the
  // decoder's inputs were the rows of `history` from `row` on.
  void advance(std::int64_t step, const NextTokens& next, std::int64_t query, std::int64_t row, const History& history);
  // The n_best best finished hypotheses, best first.
  std::vector<Hypothesis> take_result();

 private:
  void finish(double log_probability, std::int64_t row, const History& history);
  bool may_stop() const;
  double score(double log_probability, std::int64_t length) const;

  std::int64_t index_, max_length_;
  const SearchOptions* options_;
  std::vector<LiveHypothesis> live_;
  std::vector<Hypothesis> finished_;  // the best `beam`, best first
  bool done_ = false;
};

// Errors: UsageError for options or lengths below 1, or a batch without a maximum length for each sentence.
void check_search(const batches::PackedSide& sources, std::span<const std::int64_t> max_lengths,
                  const SearchOptions& options);

}  // namespace prenorm::decoding
