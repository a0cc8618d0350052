#include "prenorm/batches/text_batch.h"

#include <algorithm>

#include "prenorm/batches/batch_cuts.h"

namespace prenorm::batches {
namespace {

// Values [first, last) of a list, which may be empty as a whole.
template <class T>
std::vector<T> slice(const std::vector<T>& values, std::int64_t first, std::int64_t last) {
  if (values.empty()) return {};
  return {values.begin() + first, values.begin() + last};
}

TextBatch sequences_of(const TextBatch& batch, std::int64_t first, std::int64_t last) {
  TextBatch share;
  share.tokens = batch.tokens.part(first, last);
  share.first_sequence = batch.first_sequence + first;
  const std::int64_t begin = batch.tokens.offsets[first], end = batch.tokens.offsets[last];
  share.segments = slice(batch.segments, begin, end);
  share.labels = slice(batch.labels, first, last);
  share.values = slice(batch.values, first, last);
  if (!batch.predicted) {
    share.targets = slice(batch.targets, begin, end);
    return share;
  }
  const std::int64_t first_row = batch.predicted_before(begin), last_row = batch.predicted_before(end);
  share.predicted = slice(*batch.predicted, first_row, last_row);
  for (std::int64_t& token : *share.predicted) token -= begin;
  share.targets = slice(batch.targets, first_row, last_row);
  return share;
}

}  // namespace

std::int64_t TextBatch::predicted_before(std::int64_t token) const {
  if (!predicted) return token;
  return std::lower_bound(predicted->begin(), predicted->end(), token) - predicted->begin();
}

std::vector<std::int64_t> TextBatch::predicted_offsets() const {
  std::vector<std::int64_t> offsets;
  for (const std::int64_t start : tokens.offsets) offsets.push_back(predicted_before(start));
  return offsets;
}

std::int64_t TextBatch::sequences_with_predictions() const {
  if (!predicted) return sequences();
  const std::vector<std::int64_t> offsets = predicted_offsets();
  std::int64_t count = 0;
  for (std::size_t s = 1; s < offsets.size(); ++s) count += offsets[s] > offsets[s - 1] ? 1 : 0;
  return count;
}

std::vector<TextBatch> share_out(const TextBatch& batch, std::int64_t shares) {
  const std::vector<std::int64_t> cuts = cut_into_shares(batch.tokens.offsets, shares);
  std::vector<TextBatch> parts;
  for (std::size_t i = 0; i + 1 < cuts.size(); ++i) parts.push_back(sequences_of(batch, cuts[i], cuts[i + 1]));
  return parts;
}

}  // namespace prenorm::batches
