// Working memory of a kernel, kept by its thread from call to call.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "prenorm/ops/cpu/simd.h"

namespace prenorm::ops::cpu {

// Hands out parts of one block of memory, each at the alignment of the widest vector. One at a time in a thread.
template <class T>
class Scratch {
 public:
  // elements: what will be taken in all, each part padded.
  explicit Scratch(std::int64_t elements) {
    static thread_local std::vector<T> memory;
    const auto size = static_cast<std::size_t>(elements + padded<T>(1));
    if (memory.size() < size) memory = std::vector<T>(size);
    void* start = memory.data();
    std::size_t space = memory.size() * sizeof(T);
    next_ = static_cast<T*>(std::align(kWidestVector, 1, start, space));
  }
  T* take(std::int64_t elements) {
    T* part = next_;
    next_ += padded<T>(elements);
    return part;
  }

 private:
  T* next_;
};

}  // namespace prenorm::ops::cpu
