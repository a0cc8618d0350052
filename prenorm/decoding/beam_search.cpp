#include "prenorm/decoding/beam_search.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/from_blob.h>

#include <utility>

#include "prenorm/decoding/history.h"
#include "prenorm/decoding/next_tokens.h"
#include "prenorm/decoding/sentence_search.h"

namespace prenorm::decoding {
namespace {

// A view of the vector, which must outlive it.
at::Tensor as_tensor(std::vector<std::int64_t>& ids) { return at::from_blob(ids.data(), {std::ssize(ids)}, at::kLong); }

// Cache rows for one query after another.
struct PickList {
  std::vector<std::int64_t> rows, offsets{0};

  void clear() {
    rows.clear();
    offsets.resize(1);
  }
  void end_query() { offsets.push_back(std::ssize(rows)); }
  nn::Picks picks() { return {as_tensor(rows), as_tensor(offsets)}; }
};

class Search {
 public:
  Search(const models::Translator& model, const batches::PackedSide& sources, std::span<const std::int64_t> max_lengths,
         const SearchOptions& options)
      : model_(model),
        sources_(sources),
        options_(options),
        cache_(model.start_decoding(model.encode(sources, nn::Context{}))),
        results_(max_lengths.size()) {
    for (std::int64_t i = 0; i < sources.sequences(); ++i) sentences_.emplace_back(i, max_lengths[i], options);
  }

  std::vector<std::vector<Hypothesis>> run() {
    for (std::int64_t step = 1; !sentences_.empty(); ++step) {
      const std::int64_t first_row = append_live_to_history();
      const NextTokens next(next_logits(step), 2 * options_.beam);
      std::int64_t query = 0;
      for (SentenceSearch& sentence : sentences_) {
        const std::int64_t count = std::ssize(sentence.live());
        sentence.advance(step, next, query, first_row + query, history_);
        query += count;
        if (sentence.done()) results_[sentence.index()] = sentence.take_result();
      }
      std::erase_if(sentences_, [](const SentenceSearch& sentence) { return sentence.done(); });
    }
    return std::move(results_);
  }

 private:
  // Numbers the cache rows that the next decoder step appends and returns the first. Fills the input of that step.
  std::int64_t append_live_to_history() {
    std::int64_t first_row = kNoRow;
    tokens_.clear();
    self_.clear();
    cross_.clear();
    for (const SentenceSearch& sentence : sentences_)
      for (const LiveHypothesis& live : sentence.live()) {
        const std::int64_t row = history_.add(live.previous, live.token);
        if (first_row == kNoRow) first_row = row;
        tokens_.push_back(live.token);
        history_.append_rows(row, self_.rows);
        self_.end_query();
        for (auto r = sources_.offsets[sentence.index()]; r < sources_.offsets[sentence.index() + 1]; ++r)
          cross_.rows.push_back(r);
        cross_.end_query();
      }
    return first_row;
  }

  at::Tensor next_logits(std::int64_t step) {
    return model_.next_logits(as_tensor(tokens_), step - 1, cache_, self_.picks(), cross_.picks());
  }

  const models::Translator& model_;
  const batches::PackedSide& sources_;
  const SearchOptions& options_;
  nn::DecoderCache cache_;
  History history_;
  std::vector<SentenceSearch> sentences_;  // sentences that are not done
  std::vector<std::int64_t> tokens_;
  PickList self_, cross_;
  std::vector<std::vector<Hypothesis>> results_;
};

}  // namespace

std::vector<std::vector<Hypothesis>> beam_search(const models::Translator& model, const batches::PackedSide& sources,
                                                 std::span<const std::int64_t> max_lengths,
                                                 const SearchOptions& options) {
  check_search(sources, max_lengths, options);
  if (max_lengths.empty()) return {};
  const at::NoGradGuard no_grad;
  return Search(model, sources, max_lengths, options).run();
}

}  // namespace prenorm::decoding
