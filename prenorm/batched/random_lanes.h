// Random numbers for the problems of a block, as a function of (seed, step, problem, element): the same for any number
// of threads and lanes. Doubles hold the same numbers as floats.
#pragma once

#include <cstdint>

#include "prenorm/batched/evaluator.h"

namespace prenorm::batched {

// One stream of numbers for each problem of a block, drawn for all of them at a time.
template <class T>
class RandomLanes {
 public:
  // key: what names the batch, mix_key({seed, step, ...}). At most 64 lanes.
  RandomLanes(std::uint64_t key, const ProblemBlock<T>& block);

  // The next `count` numbers of every problem, to out[i * lanes + lane].
  void uniform(T* out, std::int64_t count, double low, double high);  // [low, high), multiples of 2^-24 of the range
  void normal(T* out, std::int64_t count);                            // mean 0, variance 1

 private:
  std::int64_t lanes_;
  std::uint32_t element_ = 0;
  std::uint32_t keys_[2][64];
};

}  // namespace prenorm::batched
