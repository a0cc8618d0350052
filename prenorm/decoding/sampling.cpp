#include "prenorm/decoding/sampling.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "prenorm/base/error.h"

namespace prenorm::decoding {
namespace {

using Tokens = std::vector<TokenProbability>;

bool more_likely(const TokenProbability& a, const TokenProbability& b) {
  return a.probability != b.probability ? a.probability > b.probability : a.id < b.id;
}

double total(const Tokens& tokens) {
  return std::accumulate(tokens.begin(), tokens.end(), 0.0,
                         [](double sum, const TokenProbability& token) { return sum + token.probability; });
}

std::size_t likeliest(std::span<const double> logits) {
  std::size_t best = 0;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    if (std::isnan(logits[i]) || logits[i] == std::numeric_limits<double>::infinity())
      throw_error<NumericsError>("the logit of token {} is {}: the model's weights or activations are not finite", i,
                                 logits[i]);
    if (logits[i] > logits[best]) best = i;
  }
  if (logits.empty() || std::isinf(logits[best]))
    throw_error<NumericsError>("no next token is possible: all {} logits are -inf", logits.size());
  return best;
}

// softmax(logits
// temperature) up to a factor: the most likely token has 1. Impossible tokens are left out.
Tokens weights(std::span<const double> logits, double best, double temperature) {
  Tokens tokens;
  tokens.reserve(logits.size());
  for (std::size_t i = 0; i < logits.size(); ++i)
    if (const double weight = std::exp((logits[i] - best) / temperature); weight > 0)
      tokens.push_back({static_cast<std::int64_t>(i), weight});
  return tokens;
}

void keep_top_k(Tokens& tokens, std::int64_t k) {
  if (k == 0 || k >= std::ssize(tokens)) return;
  std::partial_sort(tokens.begin(), tokens.begin() + k, tokens.end(), more_likely);
  tokens.resize(static_cast<std::size_t>(k));
}

// Takes the best from a heap one by one: usually few are needed from a large vocabulary.
void keep_top_p(Tokens& tokens, double p) {
  if (p >= 1) return;
  const auto worse = [](const TokenProbability& a, const TokenProbability& b) { return more_likely(b, a); };
  const double enough = p * total(tokens);
  std::make_heap(tokens.begin(), tokens.end(), worse);
  auto kept = tokens.end();
  double sum = 0;
  do {
    std::pop_heap(tokens.begin(), kept, worse);
    --kept;
    sum += kept->probability;
  } while (sum < enough && kept != tokens.begin());
  tokens.erase(tokens.begin(), kept);
  std::reverse(tokens.begin(), tokens.end());
}

}  // namespace

void check_sampling(const SamplingOptions& o) {
  if (!(o.temperature >= 0) || std::isinf(o.temperature))
    throw_error<UsageError>("temperature = {}: expected a number of at least 0 (0 = always the most likely token)",
                            o.temperature);
  if (o.top_k < 0) throw_error<UsageError>("top_k = {}: expected a number of tokens, or 0 for all", o.top_k);
  if (!(o.top_p >= 0 && o.top_p <= 1)) throw_error<UsageError>("top_p = {}: expected a share from 0 to 1", o.top_p);
  if (!(o.min_p >= 0 && o.min_p <= 1)) throw_error<UsageError>("min_p = {}: expected a share from 0 to 1", o.min_p);
}

std::vector<TokenProbability> sampling_distribution(std::span<const double> logits, const SamplingOptions& options) {
  const std::size_t best = likeliest(logits);
  if (options.temperature == 0) return {{static_cast<std::int64_t>(best), 1.0}};
  Tokens tokens = weights(logits, logits[best], options.temperature);
  keep_top_k(tokens, options.top_k);
  keep_top_p(tokens, options.top_p);
  // Relative to the most likely token's weight, which is 1.
  std::erase_if(tokens, [&](const TokenProbability& token) { return token.probability < options.min_p; });
  const double sum = total(tokens);
  for (TokenProbability& token : tokens) token.probability /= sum;
  return tokens;
}

std::int64_t sample(std::span<const double> logits, const SamplingOptions& options, RandomStream& random) {
  const Tokens tokens = sampling_distribution(logits, options);
  if (options.temperature == 0) return tokens.front().id;
  double left = random.uniform();
  for (const TokenProbability& token : tokens) {
    left -= token.probability;
    if (left < 0) return token.id;
  }
  return tokens.back().id;  // rounding left a remainder
}

}  // namespace prenorm::decoding
