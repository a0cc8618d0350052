// A loop whose threads take small pieces in turn.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "prenorm/machine/cores.h"

namespace prenorm::data {

// The number of threads for a setting in which 0 means one per core.
inline std::size_t thread_count(int threads) {
  return threads > 0 ? static_cast<std::size_t>(threads) : static_cast<std::size_t>(usable_cores());
}

// Calls work(begin, end) on pieces of [0, count) from several threads; the first exception is thrown here.
template <class Work>
void for_pieces(std::size_t count, std::size_t threads, const Work& work) {
  constexpr std::size_t kPiece = 64;  // items that a thread takes at a time
  std::atomic<std::size_t> next = 0;
  std::exception_ptr failure;
  std::mutex failure_mutex;
  const auto worker = [&] {
    try {
      for (std::size_t begin = 0; (begin = next.fetch_add(kPiece)) < count;)
        work(begin, std::min(begin + kPiece, count));
    } catch (...) {
      const std::lock_guard lock(failure_mutex);
      if (!failure) failure = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> others;
    for (std::size_t i = 1; i < std::min(threads, count / kPiece + 1); ++i) others.emplace_back(worker);
    worker();
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace prenorm::data
