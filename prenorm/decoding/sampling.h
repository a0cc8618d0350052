// Drawing the next token from a language model's logits, with optional truncation of the distribution.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "prenorm/base/random.h"

namespace prenorm::decoding {

// Applied in this order, which is that of Hugging Face's generate(); default values cut nothing.
struct SamplingOptions {
  double temperature = 1;  // divides the logits; 0 = always the most likely token
  std::int64_t top_k = 0;  // keep only the most likely tokens, this many; 0 = all
  double top_p = 1;  // keep the smallest set of most likely tokens with at least this share of the rest (Holtzman et
                     // al. 2020)
  double min_p = 0;  // keep tokens at least this many times as likely as the most likely one (Nguyen et al. 2024)
};

// Errors: UsageError naming the option whose value is out of range (or NaN).
void check_sampling(const SamplingOptions& options);

struct TokenProbability {
  std::int64_t id;
  double probability;
};

// The distribution that sample() draws from: the remaining tokens, with probabilities that add up to 1; never empty. Of
// equally likely tokens at the cut-off the lower ids are kept (Hugging Face's top-k keeps all of them). Best first if
// top_k or top_p cut, otherwise by id; temperature 0 leaves one token, the lowest id of equals. Errors: NumericsError
// for NaN or +Inf among the logits, or no finite one (-Inf marks an impossible token).
std::vector<TokenProbability> sampling_distribution(std::span<const double> logits, const SamplingOptions& options);

// A token drawn with one number of `random`, or with none at temperature 0. Errors: as sampling_distribution().
std::int64_t sample(std::span<const double> logits, const SamplingOptions& options, RandomStream& random);

}  // namespace prenorm::decoding
