#include "prenorm/decoding/sentence_search.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "prenorm/base/error.h"

namespace prenorm::decoding {
namespace {

// A live hypothesis extended by a token.
struct Candidate {
  double log_probability;
  std::int64_t parent;  // its rank among the live hypotheses
  std::int64_t token;
};

bool ranks_before(const Candidate& a, const Candidate& b) {
  if (a.log_probability != b.log_probability) return a.log_probability > b.log_probability;
  return std::pair(a.parent, a.token) < std::pair(b.parent, b.token);
}

// The best 2 * beam: even if `beam` of them end, `beam` are left to continue.
std::vector<Candidate> best_candidates(const std::vector<LiveHypothesis>& live, const NextTokens& next,
                                       std::int64_t query, std::int64_t beam) {
  std::vector<Candidate> candidates;
  for (std::int64_t i = 0; i < std::ssize(live); ++i)
    for (const TokenChoice& choice : next.best(query + i))
      candidates.push_back({live[i].log_probability + choice.log_probability, i, choice.id});
  const std::int64_t kept = std::min<std::int64_t>(2 * beam, std::ssize(candidates));
  std::partial_sort(candidates.begin(), candidates.begin() + kept, candidates.end(), ranks_before);
  candidates.resize(static_cast<std::size_t>(kept));
  return candidates;
}

}  // namespace

void SentenceSearch::advance(std::int64_t step, const NextTokens& next, std::int64_t query, std::int64_t row,
                             const History& history) {
  if (step == max_length_) {
    for (std::int64_t i = 0; i < std::ssize(live_); ++i)
      finish(live_[i].log_probability + next.log_probability(query + i, options_->eos_id), row + i, history);
    done_ = true;
    return;
  }
  const std::vector<Candidate> candidates = best_candidates(live_, next, query, options_->beam);
  live_.clear();
  for (std::int64_t rank = 0; rank < std::ssize(candidates); ++rank) {
    const Candidate& c = candidates[rank];
    if (c.token != options_->eos_id) {
      if (std::ssize(live_) < options_->beam) live_.push_back({row + c.parent, c.token, c.log_probability});
    } else if (rank < options_->beam) {
      finish(c.log_probability, row + c.parent, history);
    }
  }
  done_ = may_stop();
}

std::vector<Hypothesis> SentenceSearch::take_result() {
  const auto count = std::min(std::ssize(finished_), options_->n_best);
  finished_.resize(static_cast<std::size_t>(count));
  return std::move(finished_);
}

// Among equal scores, the one that finished first stays ahead.
void SentenceSearch::finish(double log_probability, std::int64_t row, const History& history) {
  Hypothesis hypothesis;
  history.append_tokens(row, hypothesis.ids);
  hypothesis.ids.erase(hypothesis.ids.begin());
  hypothesis.ids.push_back(options_->eos_id);
  hypothesis.log_probability = log_probability;
  hypothesis.score = score(log_probability, std::ssize(hypothesis.ids));
  const auto place = std::upper_bound(finished_.begin(), finished_.end(), hypothesis,
                                      [](const Hypothesis& a, const Hypothesis& b) { return a.score > b.score; });
  finished_.insert(place, std::move(hypothesis));
  if (std::ssize(finished_) > options_->beam) finished_.pop_back();
}

bool SentenceSearch::may_stop() const {
  if (live_.empty()) return true;
  if (std::ssize(finished_) < options_->beam) return false;
  if (options_->stop == StopRule::kBeamFinished) return true;
  // log P only falls, and no length is above max_length.
  return score(live_.front().log_probability, max_length_) <= finished_.back().score;
}

double SentenceSearch::score(double log_probability, std::int64_t length) const {
  return log_probability / std::pow(static_cast<double>(length), options_->length_penalty);
}

void check_search(const batches::PackedSide& sources, std::span<const std::int64_t> max_lengths,
                  const SearchOptions& options) {
  if (options.beam < 1 || options.n_best < 1) throw_error<UsageError>("beam and n_best must be at least 1");
  if (std::ssize(max_lengths) != sources.sequences())
    throw_error<UsageError>("beam search needs a maximum length for each sentence");
  for (std::int64_t i = 0; i < sources.sequences(); ++i)
    if (max_lengths[i] < 1 || sources.offsets[i] == sources.offsets[i + 1])
      throw_error<UsageError>("beam search needs sentences and maximum lengths of at least one token");
}

}  // namespace prenorm::decoding
