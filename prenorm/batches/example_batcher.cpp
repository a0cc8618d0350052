#include "prenorm/batches/example_batcher.h"

#include <numeric>

#include "prenorm/base/error.h"
#include "prenorm/base/random.h"
#include "prenorm/batches/batch_cuts.h"

namespace prenorm::batches {
namespace {

std::vector<std::int64_t> cut(const Examples& examples, std::span<const std::int64_t> order,
                              const BatchConfig& config) {
  std::vector<std::int32_t> costs;
  for (const std::int64_t i : order) costs.push_back(static_cast<std::int32_t>(examples.list[i].ids.size()));
  return cut_evenly(costs, {config.max_tokens, config.max_sentences});
}

std::vector<std::int64_t> in_order(const Examples& examples) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(examples.size()));
  std::iota(order.begin(), order.end(), 0);
  return order;
}

}  // namespace

std::int64_t ExampleBatcher::batches_in_epoch(std::int64_t epoch) {
  plan(epoch);
  return std::ssize(cuts_) - 1;
}

std::vector<std::int64_t> ExampleBatcher::indices(std::int64_t epoch, std::int64_t index) {
  if (index < 0 || index >= batches_in_epoch(epoch))
    throw_error<UsageError>("epoch {} has no batch {}, only {}; did the table or [batch] change?", epoch, index,
                            batches_in_epoch(epoch));
  return {order_.begin() + cuts_[index], order_.begin() + cuts_[index + 1]};
}

void ExampleBatcher::plan(std::int64_t epoch) {
  if (planned_ == epoch) return;
  planned_ = -1;
  order_ = in_order(examples_);
  RandomStream random(mix_key({seed_, name_key("examples.order"), static_cast<std::uint64_t>(epoch)}));
  shuffle(order_, random);
  cuts_ = cut(examples_, order_, config_);
  planned_ = epoch;
}

std::vector<std::vector<std::int64_t>> batches_in_order(const Examples& examples, const BatchConfig& config) {
  const std::vector<std::int64_t> order = in_order(examples), cuts = cut(examples, order, config);
  std::vector<std::vector<std::int64_t>> batches;
  for (std::size_t b = 0; b + 1 < cuts.size(); ++b)
    batches.emplace_back(order.begin() + cuts[b], order.begin() + cuts[b + 1]);
  return batches;
}

}  // namespace prenorm::batches
