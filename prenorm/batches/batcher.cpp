#include "prenorm/batches/batcher.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

#include "prenorm/base/error.h"
#include "prenorm/base/random.h"

namespace prenorm::batches {
namespace {

// Target tokens of a pair in a batch, including its end of sentence.
std::int32_t cost_of(const data::PreparedCorpus& corpus, std::int64_t pair) {
  return static_cast<std::int32_t>(corpus.target_length(pair) + 1);
}

std::vector<std::int32_t> costs_of(const data::PreparedCorpus& corpus, std::span<const std::uint32_t> pairs) {
  std::vector<std::int32_t> costs(pairs.size());
  std::transform(pairs.begin(), pairs.end(), costs.begin(), [&](std::uint32_t pair) { return cost_of(corpus, pair); });
  return costs;
}

// A stable sort: pairs of the same lengths stay in the order in which they were drawn.
void sort_by_length(const data::PreparedCorpus& corpus, std::vector<std::uint32_t>& pairs) {
  struct Entry {
    std::int32_t target, source;
    std::uint32_t pair;
  };
  std::vector<Entry> entries;
  entries.reserve(pairs.size());
  for (const std::uint32_t pair : pairs)
    entries.push_back({cost_of(corpus, pair), static_cast<std::int32_t>(corpus.source_length(pair)), pair});
  std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.target, a.source) < std::tie(b.target, b.source);
  });
  std::transform(entries.begin(), entries.end(), pairs.begin(), [](const Entry& entry) { return entry.pair; });
}

std::int64_t count_pools(const data::Manifest& corpus, const BatchConfig& config) {
  const double pairs = static_cast<double>(corpus.pairs);
  double pairs_a_batch =
      static_cast<double>(config.max_tokens) * pairs / (static_cast<double>(corpus.target_tokens) + pairs);
  if (config.max_sentences > 0) pairs_a_batch = std::min(pairs_a_batch, static_cast<double>(config.max_sentences));
  const double pools = std::round(pairs / (pairs_a_batch * static_cast<double>(config.pool_batches)));
  return std::clamp<std::int64_t>(static_cast<std::int64_t>(pools), 1, corpus.pairs);
}

BatchLimits limits_of(const BatchConfig& config) { return {config.max_tokens, config.max_sentences}; }

}  // namespace

Batcher::Batcher(const data::PreparedCorpus& corpus, const BatchConfig& config, std::uint64_t seed)
    : corpus_(corpus), limits_(limits_of(config)), seed_(seed), pools_(count_pools(corpus.manifest(), config)) {
  const data::Manifest& manifest = corpus.manifest();
  if (manifest.longest_target + 1 > config.max_tokens)
    throw_error<UsageError>(
        "batch.max_tokens = {}: the sentence at {}:{} has {} tokens with its end; raise it to that value, or lower "
        "data.max_target_tokens",
        config.max_tokens, manifest.target_path, manifest.longest_target_line, manifest.longest_target + 1);
}

std::int64_t Batcher::batches_in_epoch(std::int64_t epoch) {
  plan_epoch(epoch);
  return epoch_.first_batch.back();
}

std::vector<std::int64_t> Batcher::pair_indices(std::int64_t epoch, std::int64_t index) {
  if (index < 0 || index >= batches_in_epoch(epoch))
    throw_error<UsageError>("epoch {} has no batch {}, only {}; did the corpus or [batch] change?", epoch, index,
                            batches_in_epoch(epoch));
  const auto& first_batch = epoch_.first_batch;
  const std::int64_t pool = std::upper_bound(first_batch.begin(), first_batch.end(), index) - first_batch.begin() - 1;
  plan_pool(pool);
  const std::uint32_t batch = pool_.batch_order[index - first_batch[pool]];
  return {pool_.pairs.begin() + pool_.cuts[batch], pool_.pairs.begin() + pool_.cuts[batch + 1]};
}

Batch Batcher::batch(std::int64_t epoch, std::int64_t index) { return make_batch(corpus_, pair_indices(epoch, index)); }

std::span<const std::uint32_t> Batcher::pool_pairs(std::int64_t pool) const {
  const std::int64_t pairs = corpus_.size();
  const std::int64_t begin = pairs / pools_ * pool + pairs % pools_ * pool / pools_;
  const std::int64_t end = pairs / pools_ * (pool + 1) + pairs % pools_ * (pool + 1) / pools_;
  return std::span(epoch_.order).subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
}

void Batcher::plan_epoch(std::int64_t epoch) {
  if (epoch_.epoch == epoch) return;
  epoch_.epoch = -1;
  epoch_.order.resize(static_cast<std::size_t>(corpus_.size()));
  std::iota(epoch_.order.begin(), epoch_.order.end(), 0U);
  RandomStream random(mix_key({seed_, name_key("batcher.order"), static_cast<std::uint64_t>(epoch)}));
  shuffle(epoch_.order, random);

  epoch_.first_batch.assign(1, 0);
  for (std::int64_t pool = 0; pool < pools_; ++pool) {
    std::vector<std::int32_t> costs = costs_of(corpus_, pool_pairs(pool));
    std::sort(costs.begin(), costs.end());
    epoch_.first_batch.push_back(epoch_.first_batch.back() + count_batches(costs, limits_));
  }
  epoch_.epoch = epoch;
}

void Batcher::plan_pool(std::int64_t pool) {
  if (pool_.epoch == epoch_.epoch && pool_.pool == pool) return;
  pool_.epoch = -1;
  const auto pairs = pool_pairs(pool);
  pool_.pairs.assign(pairs.begin(), pairs.end());
  sort_by_length(corpus_, pool_.pairs);
  pool_.cuts = cut_evenly(costs_of(corpus_, pool_.pairs), limits_);
  pool_.batch_order.resize(pool_.cuts.size() - 1);
  std::iota(pool_.batch_order.begin(), pool_.batch_order.end(), 0U);
  RandomStream random(mix_key(
      {seed_, name_key("batcher.pool"), static_cast<std::uint64_t>(epoch_.epoch), static_cast<std::uint64_t>(pool)}));
  shuffle(pool_.batch_order, random);
  pool_.epoch = epoch_.epoch;
  pool_.pool = pool;
}

std::vector<std::vector<std::int64_t>> plan_validation_batches(const data::PreparedCorpus& corpus,
                                                               const BatchConfig& config) {
  std::vector<std::uint32_t> pairs(static_cast<std::size_t>(corpus.size()));
  std::iota(pairs.begin(), pairs.end(), 0U);
  sort_by_length(corpus, pairs);
  const std::vector<std::int64_t> cuts = cut_evenly(costs_of(corpus, pairs), limits_of(config));
  std::vector<std::vector<std::int64_t>> batches;
  for (std::size_t b = 0; b + 1 < cuts.size(); ++b)
    batches.emplace_back(pairs.begin() + cuts[b], pairs.begin() + cuts[b + 1]);
  return batches;
}

}  // namespace prenorm::batches
