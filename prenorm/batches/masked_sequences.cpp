#include "prenorm/batches/masked_sequences.h"

#include <algorithm>
#include <utility>

#include "prenorm/base/error.h"

namespace prenorm::batches {
namespace {

// The tokens of text in a sequence, after checking that there are some.
std::int64_t stretch_of(const data::PreparedText& text, const MaskedRecipe& recipe) {
  const bool pairs = recipe.masking.next_sentence;
  const std::int64_t least = pairs ? 5 : 3, stretch = recipe.sequence_length - (pairs ? 3 : 2);
  if (recipe.sequence_length < least)
    throw_error<UsageError>("data.sequence_length = {}: a sequence has {} special tokens; raise the key to {} or more",
                            recipe.sequence_length, pairs ? 3 : 2, least);
  const std::string& path = text.manifest().path;
  if (text.tokens() < stretch)
    throw_error<DataError>(
        "{}: {} tokens of text, too few for one sequence of data.sequence_length = {}; lower that key", path,
        text.tokens(), recipe.sequence_length);
  if (pairs && text.documents() == 1)
    throw_error<DataError>(
        "{}: masked_lm.next_sentence takes second halves from other documents, but there is only one document", path);
  return stretch;
}

}  // namespace

MaskedBatcher::MaskedBatcher(const data::PreparedText& text, MaskedRecipe recipe)
    : text_(text),
      recipe_(std::move(recipe)),
      masking_(recipe_.masking, recipe_.ids, recipe_.starts_word),
      stretch_(stretch_of(text, recipe_)),
      cuts_(text.tokens(), stretch_, sequences_a_batch(recipe_.batch, recipe_.sequence_length), recipe_.seed) {}

TextBatch MaskedBatcher::batch(std::int64_t epoch, std::int64_t index) {
  TextBatch batch;
  for (const std::uint32_t stretch : cuts_.batch(epoch, index))
    append_sequence(batch, cuts_.place(epoch, stretch),
                    mix_key({recipe_.seed, name_key("masking"), static_cast<std::uint64_t>(epoch), stretch}));
  return batch;
}

std::string MaskedBatcher::origin(std::int64_t epoch, std::int64_t index) {
  std::vector<std::int64_t> places;
  for (const std::uint32_t stretch : cuts_.batch(epoch, index)) places.push_back(cuts_.place(epoch, stretch));
  return data::describe_origin(text_, places, stretch_);
}

std::vector<TextBatch> MaskedBatcher::validation_batches() const {
  const std::int64_t in_batch = sequences_a_batch(recipe_.batch, recipe_.sequence_length);
  std::vector<TextBatch> batches;
  for (std::int64_t i = 0; i < cuts_.stretches(); ++i) {
    if (i % in_batch == 0) batches.emplace_back();
    append_sequence(batches.back(), i * stretch_,
                    mix_key({name_key("masking.validation"), static_cast<std::uint64_t>(i)}));
  }
  return batches;
}

void MaskedBatcher::append_sequence(TextBatch& batch, std::int64_t place, std::uint64_t key) const {
  RandomStream random(key);
  std::vector<std::int64_t> sequence;
  if (recipe_.masking.next_sentence) {
    sequence = pair_sequence(batch, place, random);
  } else {
    sequence.push_back(recipe_.ids.cls);
    text_.append_tokens(place, stretch_, sequence);
    sequence.push_back(recipe_.ids.sep);
  }
  const std::vector<std::int64_t> unmasked = sequence;
  const std::int64_t begin = batch.tokens.tokens();
  if (!batch.predicted) batch.predicted.emplace();
  for (const std::int64_t i : masking_.apply(sequence, random)) {
    batch.predicted->push_back(begin + i);
    batch.targets.push_back(unmasked[static_cast<std::size_t>(i)]);
  }
  batch.tokens.ids.insert(batch.tokens.ids.end(), sequence.begin(), sequence.end());
  batch.tokens.end_sequence();
}

std::vector<std::int64_t> MaskedBatcher::pair_sequence(TextBatch& batch, std::int64_t place,
                                                       RandomStream& random) const {
  std::vector<std::int64_t> stretch;
  text_.append_tokens(place, stretch_, stretch);
  // Not between two documents, where the second half would not follow the first.
  std::vector<std::int64_t> cuts;
  for (std::int64_t i = 1; i < stretch_; ++i)
    if (stretch[static_cast<std::size_t>(i) - 1] != recipe_.ids.sep) cuts.push_back(i);
  const std::int64_t cut = cuts.empty() ? 1 : cuts[random.below(cuts.size())];
  const bool replace = random.below(2) == 1;
  const bool replaced =
      replace && replace_second(std::span(stretch).subspan(static_cast<std::size_t>(cut)), place, random);

  std::vector<std::int64_t> sequence{recipe_.ids.cls};
  sequence.insert(sequence.end(), stretch.begin(), stretch.begin() + cut);
  sequence.push_back(recipe_.ids.sep);
  batch.segments.insert(batch.segments.end(), sequence.size(), 0);
  sequence.insert(sequence.end(), stretch.begin() + cut, stretch.end());
  sequence.push_back(recipe_.ids.sep);
  batch.segments.resize(static_cast<std::size_t>(batch.tokens.tokens()) + sequence.size(), 1);
  batch.labels.push_back(replaced ? 1 : 0);
  return sequence;
}

// False if the documents that overlap the stretch leave too little of the text.
bool MaskedBatcher::replace_second(std::span<std::int64_t> second, std::int64_t place, RandomStream& random) const {
  const std::int64_t tokens = text_.tokens(), count = std::ssize(second);
  const std::int64_t begin = text_.document_begin(text_.document_at(place));
  std::int64_t end = text_.document_begin(text_.document_at((place + stretch_ - 1) % tokens) + 1);
  if (place + stretch_ > tokens) end += tokens;
  const std::int64_t left = tokens - (end - begin);
  if (left < count) return false;
  std::vector<std::int64_t> other;
  text_.append_tokens(end + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(left - count) + 1)),
                      count, other);
  std::copy(other.begin(), other.end(), second.begin());
  return true;
}

}  // namespace prenorm::batches
