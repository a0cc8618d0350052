// Working memory of a kernel, which its thread keeps from call to call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "prenorm/ops/cpu/simd.h"

namespace prenorm::ops::cpu {

// Provides parts of one block of memory, each aligned to the widest vector, valid during its lifetime. A thread keeps
// one block for each T, as large as the largest request of any kernel (a few hundred KiB), until it ends. A kernel that
// runs inside another finds that block in use and allocates its own.
template <class T>
class Scratch {
 public:
  // elements: the total that will be taken, each part padded.
  explicit Scratch(std::int64_t elements) : nested_(kept().in_use) {
    std::vector<T>& memory = nested_ ? own_ : kept().memory;
    const auto size = static_cast<std::size_t>(elements + padded<T>(1));
    if (memory.size() < size) memory = std::vector<T>(size);
    void* start = memory.data();
    std::size_t space = memory.size() * sizeof(T);
    next_ = static_cast<T*>(std::align(kWidestVector, 1, start, space));
    kept().in_use = true;
  }
  ~Scratch() {
    if (!nested_) kept().in_use = false;
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  T* take(std::int64_t elements) {
    T* part = next_;
    next_ += padded<T>(elements);
    return part;
  }

 private:
  struct Kept {
    std::vector<T> memory;
    bool in_use = false;
  };
  static Kept& kept() {
    static thread_local Kept block;
    return block;
  }

  bool nested_;
  std::vector<T> own_;
  T* next_ = nullptr;
};

}  // namespace prenorm::ops::cpu
