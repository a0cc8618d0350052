#include "prenorm/data/encode_pairs.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>

#include "prenorm/base/error.h"

namespace prenorm::data {
namespace {

// A block is large enough to make threads worth starting, and bounded in memory whatever the lines are.
constexpr std::size_t kBlockPairs = 8192;
constexpr std::size_t kBlockBytes = std::size_t{16} << 20;
constexpr std::size_t kPiece = 64;  // pairs that a thread takes at a time

// Calls work(begin, end) on pieces of [0, count) from several threads; the first exception is thrown here.
template <class Work>
void for_pieces(std::size_t count, std::size_t threads, const Work& work) {
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

}  // namespace

PairEncoder::PairEncoder(const text::Tokenizer& source, const text::Tokenizer& target, int threads)
    : source_(source),
      target_(target),
      threads_(threads > 0 ? static_cast<std::size_t>(threads) : std::max(1U, std::thread::hardware_concurrency())) {}

bool PairEncoder::read(ParallelText& text) {
  texts_.clear();
  std::size_t bytes = 0;
  for (TextPair pair; texts_.size() < kBlockPairs && bytes < kBlockBytes && text.next(pair);) {
    bytes += pair.source.size() + pair.target.size();
    texts_.push_back(std::move(pair));
  }
  encode_all();
  return !texts_.empty();
}

void PairEncoder::encode_all() {
  encoded_.resize(texts_.size());
  for_pieces(texts_.size(), threads_, [this](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i)
      encoded_[i] = {source_.encode(texts_[i].source), target_.encode(texts_[i].target), texts_[i].line};
  });
}

}  // namespace prenorm::data
