#include "prenorm/batches/stream_cuts.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "prenorm/base/error.h"
#include "prenorm/base/random.h"

namespace prenorm::batches {

std::int64_t sequences_a_batch(const BatchConfig& config, std::int64_t length) {
  const std::int64_t fit = std::max<std::int64_t>(1, config.max_tokens / length);
  return config.max_sentences > 0 ? std::min(fit, config.max_sentences) : fit;
}

// The largest number that the order, stored as 32-bit numbers, can count.
constexpr std::int64_t kMostStretches = std::numeric_limits<std::uint32_t>::max();

StreamCuts::StreamCuts(std::int64_t tokens, std::int64_t stretch, std::int64_t stretches_a_batch, std::uint64_t seed)
    : tokens_(tokens),
      stretch_(stretch),
      stretches_(tokens / stretch),
      stretches_a_batch_(stretches_a_batch),
      seed_(seed) {
  if (stretches_ > kMostStretches)
    throw_error<DataError>(
        "the text has {} pieces of {} tokens, more than the {} that can be shuffled; raise data.sequence_length, or "
        "use less text",
        stretches_, stretch, kMostStretches);
}

std::int64_t StreamCuts::batches() const { return (stretches_ + stretches_a_batch_ - 1) / stretches_a_batch_; }

std::span<const std::uint32_t> StreamCuts::batch(std::int64_t epoch, std::int64_t index) {
  if (index < 0 || index >= batches())
    throw_error<UsageError>("epoch {} has no batch {}, only {}; did the text or [batch] change?", epoch, index,
                            batches());
  if (epoch_ != epoch) {
    order_.resize(static_cast<std::size_t>(stretches_));
    std::iota(order_.begin(), order_.end(), 0U);
    RandomStream random(mix_key({seed_, name_key("stream.order"), static_cast<std::uint64_t>(epoch)}));
    shuffle(order_, random);
    epoch_ = epoch;
  }
  return std::span(order_).subspan(static_cast<std::size_t>(first_of(index)),
                                   static_cast<std::size_t>(first_of(index + 1) - first_of(index)));
}

std::int64_t StreamCuts::first_of(std::int64_t batch) const {
  const std::int64_t smaller = stretches_ / batches(), larger = stretches_ % batches();
  return smaller * batch + std::min(batch, larger);
}

std::int64_t StreamCuts::place(std::int64_t epoch, std::int64_t stretch) const {
  RandomStream random(mix_key({seed_, name_key("stream.begin"), static_cast<std::uint64_t>(epoch)}));
  const auto begin = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(tokens_)));
  return (begin + stretch * stretch_) % tokens_;
}

}  // namespace prenorm::batches
