// Drawing the next token from a language model's logits, and what may be cut off the distribution first.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "prenorm/base/random.h"

namespace prenorm::decoding {

// Applied in this order, which is that of Hugging Face's generate(); a value that is left alone cuts nothing.
struct SamplingOptions {
  double temperature = 1;  // divides the logits; 0 = always the likeliest token
  std::int64_t top_k = 0;  // keep so many of the likeliest tokens; 0 = all
  double top_p = 1;  // keep the fewest likeliest tokens that hold this share of what is left (Holtzman et al. 2020)
  double min_p = 0;  // keep tokens at least so likely as this share of the likeliest (Nguyen et al. 2024)
};

// Errors: UsageError naming the option whose value is outside its range (NaN too).
void check_sampling(const SamplingOptions& options);

struct TokenProbability {
  std::int64_t id;
  double probability;
};

// What sample() draws from: the tokens that are left, their probabilities summing to 1; never none. Of equally likely
// tokens at the edge of what is kept the lower ids stay (Hugging Face's top-k keeps all of them). Best first where
// top_k or top_p cut, by id otherwise; temperature 0 leaves one token, of equals the lowest id.
// Errors: NumericsError for NaN or +Inf among the logits, or no finite one (-Inf is a token that cannot come).
std::vector<TokenProbability> sampling_distribution(std::span<const double> logits, const SamplingOptions& options);

// A token drawn with one number of `random`, with none at temperature 0. Errors: as sampling_distribution().
std::int64_t sample(std::span<const double> logits, const SamplingOptions& options, RandomStream& random);

}  // namespace prenorm::decoding
