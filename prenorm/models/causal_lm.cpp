#include "prenorm/models/causal_lm.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/mm.h>

#include <algorithm>
#include <limits>

#include "prenorm/models/id_tensor.h"
#include "prenorm/ops/example_norms.h"
#include "prenorm/ops/gemm.h"

namespace prenorm::models {
namespace {

// Row r of `count` new ones attends to all previous rows and to the new ones up to itself.
nn::Picks rows_before(std::int64_t used, std::int64_t count) {
  std::vector<std::int64_t> rows, offsets{0};
  for (std::int64_t r = 0; r < count; ++r) {
    for (std::int64_t key = 0; key <= used + r; ++key) rows.push_back(key);
    offsets.push_back(std::ssize(rows));
  }
  return {id_tensor(rows), id_tensor(offsets)};
}

// New tokens that are read at once. The rows they attend to are listed token by token, so reading a long text at once
// would need a list of quadratic length.
constexpr std::int64_t kReadAtOnce = 256;

}  // namespace

CausalLm::CausalLm(const ModelConfig& config, std::int64_t vocabulary, std::uint64_t seed,
                   const nn::ParameterOptions& options)
    : CausalLm(alone(Stack::kDecoder, config), vocabulary, nn::Parameters(seed, options)) {}

CausalLm::CausalLm(const ModelConfig& config, std::int64_t vocabulary, nn::Parameters parameters)
    : config_(config),
      max_positions_(config.positions == Positions::kLearned ? config.max_positions
                                                             : std::numeric_limits<std::int64_t>::max()),
      parameters_(std::move(parameters)),
      table_(nn::embedding_table(nn::Scope(parameters_) / "embedding", vocabulary, config)),
      output_(config.tied_embeddings == TiedEmbeddings::kNone
                  ? nn::embedding_table(nn::Scope(parameters_) / "output_projection", vocabulary, config)
                  : table_),
      embedding_(nn::Embedding::Scopes{nn::Scope(parameters_) / "positions", nn::Scope(parameters_) / "embedding_norm",
                                       std::nullopt},
                 config, table_),
      decoder_(nn::Scope(parameters_) / "decoder", config, Stack::kDecoder) {
  parameters_.complete();
}

std::unique_ptr<CausalLm> CausalLm::replica() const {
  return std::unique_ptr<CausalLm>(new CausalLm(config_, vocabulary(), nn::Parameters::sharing_values_of(parameters_)));
}

at::Tensor CausalLm::states(const batches::TextBatch& batch, const nn::Context& context) const {
  const nn::Packing packing = nn::Packing::from_offsets(batch.tokens.offsets);
  const nn::Context here = context.from_row(batch.tokens.first_token);
  return decoder_(embedding_(id_tensor(batch.tokens.ids), packing.positions, packing.longest, here), packing, here);
}

ops::CrossEntropySums CausalLm::loss(const batches::TextBatch& batch, double label_smoothing,
                                     const nn::Context& context) const {
  const ops::RowsAreExamples rows(batch.tokens.offsets);
  return ops::projected_cross_entropy(states(batch, context), output_, id_tensor(batch.targets), label_smoothing);
}

at::Tensor CausalLm::logits(const batches::TextBatch& batch, const nn::Context& context) const {
  return at::mm(states(batch, context), output_.t());
}

at::Tensor CausalLm::next_logits(const std::vector<std::int64_t>& ids, Reading& reading) const {
  const at::NoGradGuard no_grad;
  const at::Tensor tokens = id_tensor(ids);
  const std::int64_t end = reading.tokens + std::ssize(ids);
  at::Tensor last;
  for (std::int64_t first = 0; first < tokens.size(0); first += kReadAtOnce) {
    const std::int64_t count = std::min(kReadAtOnce, tokens.size(0) - first), begin = reading.tokens;
    // Positions up to `end` are requested at once, so that a text that is too long is rejected before any of it is
    // read.
    const at::Tensor x =
        embedding_(tokens.narrow(0, first, count), at::arange(begin, begin + count, at::kLong), end, nn::Context{});
    last = decoder_.step(x, reading.caches, rows_before(begin, count)).narrow(0, count - 1, 1);
    reading.tokens += count;
  }
  at::Tensor logits = at::empty({1, vocabulary()}, last.options());
  ops::gemm_forward(logits, last, output_);
  return logits.select(0, 0);
}

}  // namespace prenorm::models
