// The most likely next tokens of each hypothesis. The whole softmax is never computed: a token's log-probability is its
// logit minus the row's log-sum-exp, and few tokens of a row are needed.
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
  // logits: [rows, vocabulary], float or double, on the CPU. Errors: NumericsError if they contain NaN or Inf.
  NextTokens(const at::Tensor& logits, std::int64_t count);

  // The row's `count` most likely tokens (at most the vocabulary), best first; ties in the order of ids.
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
