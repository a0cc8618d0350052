// The inputs of each unfinished hypothesis so far, as a tree. The decoder's cache keeps the keys and values of every
// input token, one row each; here row r has the token and the row of the previous token. A hypothesis is the row of its
// last token, so beams are reordered without copying anything.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace prenorm::decoding {

constexpr std::int64_t kNoRow = -1;

class History {
 public:
  // Returns the number of the new row. `previous` is kNoRow for the decoder's start.
  std::int64_t add(std::int64_t previous, std::int64_t token) {
    rows_.push_back({previous, token});
    return std::ssize(rows_) - 1;
  }

  // Appends the row numbers from the start to `row`.
  void append_rows(std::int64_t row, std::vector<std::int64_t>& out) const {
    append(row, out, [](std::int64_t r) { return r; });
  }
  // Appends the tokens from the start to `row`.
  void append_tokens(std::int64_t row, std::vector<std::int64_t>& out) const {
    append(row, out, [this](std::int64_t r) { return rows_[r].token; });
  }

 private:
  struct Row {
    std::int64_t previous, token;
  };

  template <class Value>
  void append(std::int64_t row, std::vector<std::int64_t>& out, Value value) const {
    const std::int64_t begin = std::ssize(out);
    for (; row != kNoRow; row = rows_[row].previous) out.push_back(value(row));
    std::reverse(out.begin() + begin, out.end());
  }

  std::vector<Row> rows_;
};

}  // namespace prenorm::decoding
