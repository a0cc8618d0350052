// Tokenizes a text on several threads, keeping its order.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "prenorm/data/for_pieces.h"

namespace prenorm::data {

// Item is the type that `next(Item&)` of a text returns, and has `bytes()`; Encoded is the result of `encode`.
template <class Item, class Encoded>
class BlockEncoder {
 public:
  // `encode` is called from several threads at once. threads = 0: one per core.
  BlockEncoder(std::function<Encoded(const Item&)> encode, int threads)
      : encode_(std::move(encode)), threads_(thread_count(threads)) {}

  // Reads and encodes the next few thousand items; false if none are left.
  template <class Text>
  bool read(Text& text) {
    items_.clear();
    std::size_t bytes = 0;
    for (Item item; items_.size() < kBlockItems && bytes < kBlockBytes && text.next(item);) {
      bytes += item.bytes();
      items_.push_back(std::move(item));
    }
    encoded_.resize(items_.size());
    for_pieces(items_.size(), threads_, [this](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) encoded_[i] = encode_(items_[i]);
    });
    return !items_.empty();
  }
  std::span<const Encoded> encoded() const { return encoded_; }

 private:
  // A block is large enough to make threads worthwhile, and bounded in memory whatever the lines are.
  static constexpr std::size_t kBlockItems = 8192;
  static constexpr std::size_t kBlockBytes = std::size_t{16} << 20;

  std::function<Encoded(const Item&)> encode_;
  std::size_t threads_;
  std::vector<Item> items_;
  std::vector<Encoded> encoded_;
};

}  // namespace prenorm::data
