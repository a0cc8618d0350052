#include "prenorm/decoding/padded_search.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/repeat_interleave.h>

#include <algorithm>
#include <utility>

#include "prenorm/decoding/history.h"
#include "prenorm/decoding/next_tokens.h"
#include "prenorm/decoding/sentence_search.h"

namespace prenorm::decoding {
namespace {

// Sentences padded to the longest. The padding after each sentence is a separate sequence: attention does not see it
// from the sentence, but all other operators compute it.
batches::PackedSide padded(const batches::PackedSide& sources, std::int64_t filler) {
  std::int64_t longest = 0;
  for (std::int64_t i = 0; i < sources.sequences(); ++i)
    longest = std::max(longest, sources.offsets[i + 1] - sources.offsets[i]);
  batches::PackedSide result;
  for (std::int64_t i = 0; i < sources.sequences(); ++i) {
    result.ids.insert(result.ids.end(), sources.ids.begin() + sources.offsets[i],
                      sources.ids.begin() + sources.offsets[i + 1]);
    result.end_sequence();
    result.ids.resize(static_cast<std::size_t>((i + 1) * longest), filler);
    result.end_sequence();
  }
  return result;
}

class PaddedSearch {
 public:
  PaddedSearch(const models::Translator& model, const batches::PackedSide& sources,
               std::span<const std::int64_t> max_lengths, const SearchOptions& options)
      : model_(model), options_(options), memory_(memory_of_slots(padded(sources, options.eos_id))) {
    for (std::int64_t i = 0; i < sources.sequences(); ++i) sentences_.emplace_back(i, max_lengths[i], options);
  }

  std::vector<std::vector<Hypothesis>> run() {
    const auto done = [](const SentenceSearch& sentence) { return sentence.done(); };
    for (std::int64_t step = 1; !std::all_of(sentences_.begin(), sentences_.end(), done); ++step) {
      std::vector<std::int64_t> first_rows;
      const batches::PackedSide prefixes = next_prefixes(step, first_rows);
      const NextTokens next(next_logits(prefixes, step), 2 * options_.beam);
      for (SentenceSearch& sentence : sentences_)
        if (!sentence.done())
          sentence.advance(step, next, sentence.index() * options_.beam, first_rows[sentence.index()], history_);
    }
    std::vector<std::vector<Hypothesis>> results;
    for (SentenceSearch& sentence : sentences_) results.push_back(sentence.take_result());
    return results;
  }

 private:
  // The encoder's output for each of the `beam` slots of each sentence.
  nn::Memory memory_of_slots(const batches::PackedSide& sources) const {
    const nn::Memory memory = model_.encode(sources, nn::Context{});
    const std::int64_t sentences = sources.sequences() / 2, length = sources.tokens() / sentences;
    std::vector<std::int64_t> offsets{0};
    for (std::int64_t slot = 0; slot < sentences * options_.beam; ++slot) {
      const std::int64_t sentence = 2 * (slot / options_.beam);
      offsets.push_back(slot * length + sources.offsets[sentence + 1] - sources.offsets[sentence]);
      offsets.push_back((slot + 1) * length);
    }
    const at::Tensor by_sentence = memory.states.view({sentences, length, memory.states.size(1)});
    return {at::repeat_interleave(by_sentence, options_.beam, 0).flatten(0, 1), nn::Packing::from_offsets(offsets)};
  }

  // The tokens of each slot so far, and an empty sequence that belongs to the padding of its source. Slots without a
  // live hypothesis contain padding.
  batches::PackedSide next_prefixes(std::int64_t step, std::vector<std::int64_t>& first_rows) {
    batches::PackedSide prefixes;
    for (const SentenceSearch& sentence : sentences_) {
      const std::int64_t live_count = sentence.done() ? 0 : std::ssize(sentence.live());
      for (std::int64_t slot = 0; slot < options_.beam; ++slot) {
        if (slot < live_count) {
          const LiveHypothesis& live = sentence.live()[slot];
          const std::int64_t row = history_.add(live.previous, live.token);
          if (slot == 0) first_rows.push_back(row);
          history_.append_tokens(row, prefixes.ids);
        } else {
          if (slot == 0) first_rows.push_back(kNoRow);
          prefixes.ids.insert(prefixes.ids.end(), static_cast<std::size_t>(step), options_.eos_id);
        }
        prefixes.end_sequence();
        prefixes.end_sequence();
      }
    }
    return prefixes;
  }

  at::Tensor next_logits(const batches::PackedSide& prefixes, std::int64_t step) const {
    const at::Tensor states = model_.decode(prefixes, memory_, nn::Context{});
    return model_.logits_of(states.view({-1, step, states.size(1)}).select(1, step - 1).contiguous());
  }

  const models::Translator& model_;
  const SearchOptions& options_;
  nn::Memory memory_;
  History history_;
  std::vector<SentenceSearch> sentences_;
};

}  // namespace

std::vector<std::vector<Hypothesis>> padded_beam_search(const models::Translator& model,
                                                        const batches::PackedSide& sources,
                                                        std::span<const std::int64_t> max_lengths,
                                                        const SearchOptions& options) {
  check_search(sources, max_lengths, options);
  if (max_lengths.empty()) return {};
  const at::NoGradGuard no_grad;
  return PaddedSearch(model, sources, max_lengths, options).run();
}

}  // namespace prenorm::decoding
