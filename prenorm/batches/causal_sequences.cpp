#include "prenorm/batches/causal_sequences.h"

#include <algorithm>

#include "prenorm/base/error.h"

namespace prenorm::batches {
namespace {

std::int64_t checked_length(const data::PreparedText& text, std::int64_t sequence_length) {
  if (text.tokens() <= sequence_length)
    throw_error<DataError>(
        "{}: {} tokens of text, too few for one sequence of data.sequence_length = {} and its last target; lower that "
        "key",
        text.manifest().path, text.tokens(), sequence_length);
  return sequence_length;
}

}  // namespace

CausalBatcher::CausalBatcher(const data::PreparedText& text, std::int64_t sequence_length, const BatchConfig& config,
                             std::uint64_t seed)
    : text_(text),
      length_(checked_length(text, sequence_length)),
      sequences_a_batch_(sequences_a_batch(config, sequence_length)),
      cuts_(text.tokens(), length_, sequences_a_batch_, seed) {}

TextBatch CausalBatcher::batch(std::int64_t epoch, std::int64_t index) {
  TextBatch batch;
  for (const std::uint32_t stretch : cuts_.batch(epoch, index))
    append_sequence(batch, cuts_.place(epoch, stretch), length_);
  return batch;
}

std::string CausalBatcher::origin(std::int64_t epoch, std::int64_t index) {
  std::vector<std::int64_t> places;
  for (const std::uint32_t stretch : cuts_.batch(epoch, index)) places.push_back(cuts_.place(epoch, stretch));
  return data::describe_origin(text_, places, length_);
}

std::vector<TextBatch> CausalBatcher::validation_batches() const {
  const std::int64_t targets = text_.tokens() - 1;
  std::vector<TextBatch> batches;
  for (std::int64_t place = 0; place < targets; place += length_) {
    if (place / length_ % sequences_a_batch_ == 0) batches.emplace_back();
    append_sequence(batches.back(), place, std::min(length_, targets - place));
  }
  return batches;
}

void CausalBatcher::append_sequence(TextBatch& batch, std::int64_t place, std::int64_t count) const {
  text_.append_tokens(place, count, batch.tokens.ids);
  batch.tokens.end_sequence();
  text_.append_tokens(place + 1, count, batch.targets);
}

}  // namespace prenorm::batches
