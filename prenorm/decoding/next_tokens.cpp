#include "prenorm/decoding/next_tokens.h"

#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>

#include "prenorm/base/error.h"
#include "prenorm/decoding/log_sum_exp.h"
#include "prenorm/machine/profile.h"

namespace prenorm::decoding {
namespace {

profile::Operator choice_op{"choice of next tokens"};

// Values that are skipped together if none is above the worst chosen one.
constexpr std::int64_t kBlockRows = 64;

bool better(const TokenChoice& a, const TokenChoice& b) {
  return a.log_probability != b.log_probability ? a.log_probability > b.log_probability : a.id < b.id;
}

template <class T>
T highest(const T* values, std::int64_t count) {
  T result = values[0];
#pragma omp simd reduction(max : result)
  for (std::int64_t i = 1; i < count; ++i)
    result = values[i] > result ? values[i] : result;  // std::max is not vectorised
  return result;
}

// The best choices.size() of a row, as logits. A heap contains the best so far, the worst of them in front: nearly
// every token is rejected after one comparison with it.
template <class T>
void choose(const T* logits, std::int64_t vocabulary, std::span<TokenChoice> choices) {
  const auto count = std::ssize(choices);
  for (std::int64_t id = 0; id < count; ++id) choices[id] = {id, static_cast<double>(logits[id])};
  std::make_heap(choices.begin(), choices.end(), better);
  T worst = static_cast<T>(choices.front().log_probability);
  for (std::int64_t begin = count; begin < vocabulary; begin += kBlockRows) {
    const std::int64_t end = std::min(begin + kBlockRows, vocabulary);
    if (highest(logits + begin, end - begin) <= worst) continue;
    for (std::int64_t id = begin; id < end; ++id) {
      if (logits[id] <= worst) continue;
      std::pop_heap(choices.begin(), choices.end(), better);
      choices.back() = {id, static_cast<double>(logits[id])};
      std::push_heap(choices.begin(), choices.end(), better);
      worst = static_cast<T>(choices.front().log_probability);
    }
  }
  std::sort_heap(choices.begin(), choices.end(), better);
}

}  // namespace

NextTokens::NextTokens(const at::Tensor& logits, std::int64_t count)
    : logits_(logits.contiguous()),
      log_normalizers_(static_cast<std::size_t>(logits_.size(0))),
      count_(std::min(count, logits_.size(1))),
      choices_(static_cast<std::size_t>(logits_.size(0) * count_)) {
  const profile::Timer timer(choice_op, 0, static_cast<double>(logits_.nbytes()));
  const std::int64_t vocabulary = logits_.size(1);
  AT_DISPATCH_FLOATING_TYPES(logits_.scalar_type(), "next_tokens", [&] {
    const auto* values = logits_.data_ptr<scalar_t>();
    at::parallel_for(0, logits_.size(0), 8, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t row = begin; row < end; ++row) {
        const scalar_t* row_values = values + row * vocabulary;
        log_normalizers_[row] = log_sum_exp(row_values, vocabulary);
        if (!std::isfinite(log_normalizers_[row])) continue;  // NaN has no order
        const std::span choices(choices_.data() + row * count_, static_cast<std::size_t>(count_));
        choose(row_values, vocabulary, choices);
        for (TokenChoice& choice : choices) choice.log_probability -= log_normalizers_[row];
      }
    });
  });
  if (!std::all_of(log_normalizers_.begin(), log_normalizers_.end(), [](double x) { return std::isfinite(x); }))
    throw_error<NumericsError>("the model gives NaN or Inf for the next token; use an earlier checkpoint");
}

double NextTokens::log_probability(std::int64_t row, std::int64_t id) const {
  const at::Tensor& x = logits_;
  const std::int64_t at = row * x.size(1) + id;
  const double logit = x.scalar_type() == at::kDouble ? x.data_ptr<double>()[at] : x.data_ptr<float>()[at];
  return logit - log_normalizers_[row];
}

}  // namespace prenorm::decoding
