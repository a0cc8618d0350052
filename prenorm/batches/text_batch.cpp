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
  const auto row = [&](std::int64_t token) {
    return std::lower_bound(batch.predicted->begin(), batch.predicted->end(), token) - batch.predicted->begin();
  };
  share.predicted = slice(*batch.predicted, row(begin), row(end));
  for (std::int64_t& token : *share.predicted) token -= begin;
  share.targets = slice(batch.targets, row(begin), row(end));
  return share;
}

}  // namespace

std::int64_t TextBatch::sequences_with_predictions() const {
  if (!predicted) return sequences();
  std::int64_t count = 0;
  auto row = predicted->begin();
  for (std::int64_t s = 0; s < sequences(); ++s) {
    const auto end = std::lower_bound(row, predicted->end(), tokens.offsets[static_cast<std::size_t>(s) + 1]);
    if (end != row) ++count;
    row = end;
  }
  return count;
}

std::vector<TextBatch> share_out(const TextBatch& batch, std::int64_t shares) {
  const std::vector<std::int64_t> cuts = cut_into_shares(batch.tokens.offsets, shares);
  std::vector<TextBatch> parts;
  for (std::size_t i = 0; i + 1 < cuts.size(); ++i) parts.push_back(sequences_of(batch, cuts[i], cuts[i + 1]));
  return parts;
}

}  // namespace prenorm::batches
