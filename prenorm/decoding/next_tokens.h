// The likeliest next tokens of each hypothesis. The whole softmax is never computed: a token's log-probability is its
// logit less the row's log-sum-exp, and few tokens of a row are asked for.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

namespace prenorm::decoding {

struct TokenChoice {
  std::int64_t id;
  double log_probability;  // nats
};

class NextTokens {
 public:
  // logits: [rows, vocabulary], float or double, on the CPU. Errors: NumericsError for NaN or Inf in them.
  NextTokens(const at::Tensor& logits, std::int64_t count);

  // The row's `count` likeliest tokens (the vocabulary, if that is smaller), best first; of equals the lower id first.
  std::span<const TokenChoice> best(std::int64_t row) const {
    return {choices_.data() + row * count_, static_cast<std::size_t>(count_)};
  }
  double log_probability(std::int64_t row, std::int64_t id) const;

 private:
  at::Tensor logits_;
  std::vector<double> log_normalizers_;  // [rows]
  std::int64_t count_;
  std::vector<TokenChoice> choices_;  // [rows, count]
};

}  // namespace prenorm::decoding
