#include "prenorm/batches/masking.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "prenorm/base/error.h"

namespace prenorm::batches {

SpecialIds special_ids(const text::Tokenizer& tokenizer, bool need_mask) {
  if (tokenizer.bos_id() < 0)
    throw_error<UsageError>("tokenizer.source_model: the model has no begin-of-sentence piece, which is used as [CLS]");
  if (need_mask && tokenizer.mask_id() < 0)
    throw_error<UsageError>("tokenizer.source_model: the model has no mask piece; task = \"masked_lm\" needs one");
  return {tokenizer.bos_id(), tokenizer.eos_id(), tokenizer.mask_id(),
          tokenizer.unk_id(), tokenizer.pad_id(), tokenizer.size()};
}

std::vector<bool> word_starts(const text::Tokenizer& tokenizer) {
  std::vector<bool> starts(static_cast<std::size_t>(tokenizer.size()));
  for (std::size_t id = 0; id < starts.size(); ++id) starts[id] = tokenizer.starts_word(static_cast<std::int32_t>(id));
  return starts;
}

Masking::Masking(const MaskedLmConfig& config, const SpecialIds& ids, std::vector<bool> starts_word)
    : config_(config), ids_(ids), starts_word_(std::move(starts_word)) {
  for (std::int64_t id = 0; id < ids.vocabulary; ++id)
    if (maskable(id) && id != ids.unk && id != ids.pad) ordinary_.push_back(id);
  if (ordinary_.empty()) throw_error<DataError>("the tokenizer has no pieces beside the special ones");
}

std::vector<std::int64_t> Masking::apply(std::span<std::int64_t> sequence, RandomStream& random) const {
  std::vector<std::int64_t> places;
  for (std::int64_t i = 0; i < std::ssize(sequence); ++i)
    if (maskable(sequence[i])) places.push_back(i);
  if (places.empty()) return places;
  const std::int64_t count =
      std::max<std::int64_t>(1, std::llround(config_.mask_share * static_cast<double>(places.size())));
  if (config_.whole_word) {
    places = draw_words(sequence, places, count, random);
  } else {
    shuffle(places, random);
    places.resize(static_cast<std::size_t>(count));
  }
  std::sort(places.begin(), places.end());
  for (const std::int64_t place : places) {
    const double fate = random.uniform();
    if (fate < config_.mask_token_share)
      sequence[place] = ids_.mask;
    else if (fate < config_.mask_token_share + config_.random_token_share)
      sequence[place] = ordinary_[random.below(ordinary_.size())];
  }
  return places;
}

std::vector<std::int64_t> Masking::draw_words(std::span<const std::int64_t> sequence,
                                              std::span<const std::int64_t> candidates, std::int64_t count,
                                              RandomStream& random) const {
  std::vector<std::vector<std::int64_t>> words;
  for (const std::int64_t place : candidates) {
    const bool apart = words.empty() || words.back().back() != place - 1;
    if (apart || starts_word_[static_cast<std::size_t>(sequence[place])]) words.emplace_back();
    words.back().push_back(place);
  }
  shuffle(words, random);
  std::vector<std::int64_t> places;
  for (const auto& word : words)
    if (std::ssize(places) + std::ssize(word) <= count) places.insert(places.end(), word.begin(), word.end());
  return places.empty() ? words.front() : places;
}

}  // namespace prenorm::batches
