#include "prenorm/decoding/beam_search.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/from_blob.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "prenorm/decoding/history.h"
#include "prenorm/decoding/next_tokens.h"

namespace prenorm::decoding {
namespace {

// A view: the vector must outlive it.
at::Tensor as_tensor(std::vector<std::int64_t>& ids) { return at::from_blob(ids.data(), {std::ssize(ids)}, at::kLong); }

// Cache rows of one query after another.
struct PickList {
  std::vector<std::int64_t> rows, offsets{0};

  void end_query() { offsets.push_back(std::ssize(rows)); }
  nn::Picks picks() { return {as_tensor(rows), as_tensor(offsets)}; }
};

// An unfinished hypothesis: what stands in the cache up to `previous`, then `token`, which the decoder is to be given.
struct Live {
  std::int64_t previous, token;
  double log_probability;
};

// A live hypothesis extended by a token.
struct Candidate {
  double log_probability;
  std::int64_t parent;  // its rank among the live
  std::int64_t token;
};

bool ranks_before(const Candidate& a, const Candidate& b) {
  if (a.log_probability != b.log_probability) return a.log_probability > b.log_probability;
  return std::pair(a.parent, a.token) < std::pair(b.parent, b.token);
}

struct Sentence {
  std::int64_t index, max_length;
  std::vector<Live> live;            // best first
  std::vector<Hypothesis> finished;  // the best `beam`, best first
  bool done = false;
};

class Search {
 public:
  Search(const models::Translator& model, const data::PackedSide& sources, std::span<const std::int64_t> max_lengths,
         const SearchOptions& options)
      : model_(model),
        sources_(sources),
        options_(options),
        cache_(model.start_decoding(model.encode(sources, nn::Context{}))),
        results_(max_lengths.size()) {
    for (std::int64_t i = 0; i < sources.sequences(); ++i)
      sentences_.push_back({i, max_lengths[i], {{kNoRow, options.decoder_start_id, 0}}, {}});
  }

  std::vector<std::vector<Hypothesis>> run() {
    for (std::int64_t step = 1; !sentences_.empty(); ++step) {
      const std::int64_t first_row = append_live_to_history();
      const NextTokens next(next_logits(step), 2 * options_.beam);
      std::int64_t query = 0;
      for (Sentence& sentence : sentences_) {
        const std::int64_t count = std::ssize(sentence.live);
        advance(sentence, step, next, query, first_row + query);
        query += count;
      }
      for (Sentence& sentence : sentences_)
        if (sentence.done) keep_result(sentence);
      std::erase_if(sentences_, [](const Sentence& sentence) { return sentence.done; });
    }
    return std::move(results_);
  }

 private:
  // Numbers the cache rows that the next decoder step appends; returns the first. Fills what that step is given.
  std::int64_t append_live_to_history() {
    std::int64_t first_row = kNoRow;
    tokens_.clear();
    self_ = {};
    cross_ = {};
    for (const Sentence& sentence : sentences_)
      for (const Live& live : sentence.live) {
        const std::int64_t row = history_.add(live.previous, live.token);
        if (first_row == kNoRow) first_row = row;
        tokens_.push_back(live.token);
        history_.append_rows(row, self_.rows);
        self_.end_query();
        for (auto r = sources_.offsets[sentence.index]; r < sources_.offsets[sentence.index + 1]; ++r)
          cross_.rows.push_back(r);
        cross_.end_query();
      }
    return first_row;
  }

  at::Tensor next_logits(std::int64_t step) {
    return model_.next_logits(as_tensor(tokens_), step - 1, cache_, self_.picks(), cross_.picks());
  }

  // The sentence's live hypotheses are the queries from `query` on, and were given to the cache as rows from `row` on.
  void advance(Sentence& sentence, std::int64_t step, const NextTokens& next, std::int64_t query, std::int64_t row) {
    if (step == sentence.max_length) {
      for (std::int64_t i = 0; i < std::ssize(sentence.live); ++i)
        finish(sentence, row + i, sentence.live[i].log_probability + next.log_probability(query + i, options_.eos_id));
      sentence.done = true;
      return;
    }
    rank_candidates(sentence.live, next, query);
    sentence.live.clear();
    for (std::int64_t rank = 0; rank < std::ssize(candidates_); ++rank) {
      const Candidate& c = candidates_[rank];
      if (c.token != options_.eos_id) {
        if (std::ssize(sentence.live) < options_.beam)
          sentence.live.push_back({row + c.parent, c.token, c.log_probability});
      } else if (rank < options_.beam) {
        finish(sentence, row + c.parent, c.log_probability);
      }
    }
    sentence.done = may_stop(sentence);
  }

  // The best 2 * beam: even if `beam` of them end, `beam` are left to go on.
  void rank_candidates(const std::vector<Live>& live, const NextTokens& next, std::int64_t query) {
    candidates_.clear();
    for (std::int64_t i = 0; i < std::ssize(live); ++i)
      for (const TokenChoice& choice : next.best(query + i))
        candidates_.push_back({live[i].log_probability + choice.log_probability, i, choice.id});
    const std::int64_t kept = std::min<std::int64_t>(2 * options_.beam, std::ssize(candidates_));
    std::partial_sort(candidates_.begin(), candidates_.begin() + kept, candidates_.end(), ranks_before);
    candidates_.resize(static_cast<std::size_t>(kept));
  }

  double score(double log_probability, std::int64_t length) const {
    return log_probability / std::pow(static_cast<double>(length), options_.length_penalty);
  }

  // Of equal scores the one that finished first stays ahead.
  void finish(Sentence& sentence, std::int64_t row, double log_probability) {
    Hypothesis hypothesis;
    history_.append_tokens(row, hypothesis.ids);
    hypothesis.ids.erase(hypothesis.ids.begin());
    hypothesis.ids.push_back(options_.eos_id);
    hypothesis.log_probability = log_probability;
    hypothesis.score = score(log_probability, std::ssize(hypothesis.ids));
    auto& finished = sentence.finished;
    const auto place = std::upper_bound(finished.begin(), finished.end(), hypothesis,
                                        [](const Hypothesis& a, const Hypothesis& b) { return a.score > b.score; });
    finished.insert(place, std::move(hypothesis));
    if (std::ssize(finished) > options_.beam) finished.pop_back();
  }

  bool may_stop(const Sentence& sentence) const {
    if (sentence.live.empty()) return true;
    if (std::ssize(sentence.finished) < options_.beam) return false;
    if (options_.stop == StopRule::kBeamFinished) return true;
    // log P only falls and no length is above max_length.
    return score(sentence.live.front().log_probability, sentence.max_length) <= sentence.finished.back().score;
  }

  void keep_result(Sentence& sentence) {
    const auto count = std::min(std::ssize(sentence.finished), options_.n_best);
    sentence.finished.resize(static_cast<std::size_t>(count));
    results_[sentence.index] = std::move(sentence.finished);
  }

  const models::Translator& model_;
  const data::PackedSide& sources_;
  const SearchOptions& options_;
  nn::DecoderCache cache_;
  History history_;
  std::vector<Sentence> sentences_;  // those that are not done
  std::vector<std::int64_t> tokens_;
  PickList self_, cross_;
  std::vector<Candidate> candidates_;
  std::vector<std::vector<Hypothesis>> results_;
};

void check(const data::PackedSide& sources, std::span<const std::int64_t> max_lengths, const SearchOptions& options) {
  if (options.beam < 1 || options.n_best < 1) throw std::invalid_argument("beam and n_best must be at least 1");
  if (std::ssize(max_lengths) != sources.sequences())
    throw std::invalid_argument("beam search needs a largest length for each sentence");
  for (std::int64_t i = 0; i < sources.sequences(); ++i)
    if (max_lengths[i] < 1 || sources.offsets[i] == sources.offsets[i + 1])
      throw std::invalid_argument("beam search needs sentences and largest lengths of at least one token");
}

}  // namespace

std::vector<std::vector<Hypothesis>> beam_search(const models::Translator& model, const data::PackedSide& sources,
                                                 std::span<const std::int64_t> max_lengths,
                                                 const SearchOptions& options) {
  check(sources, max_lengths, options);
  if (max_lengths.empty()) return {};
  const at::NoGradGuard no_grad;
  return Search(model, sources, max_lengths, options).run();
}

}  // namespace prenorm::decoding
