// Where the time goes. Operators say how long they ran and how much they did; nothing is noted, and a timer costs the
// reading of one flag, until somebody switches profiling on.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string_view>
#include <vector>

namespace prenorm::profile {

// Whose time an operator takes: that of the worker that runs it, or, since all wait for it, everybody's.
enum class Takes : bool { kOneWorker, kAllWorkers };

// One line of the table: a kind of work. Defined once, at namespace scope, by the operator that does it.
class Operator {
 public:
  explicit Operator(std::string_view name, Takes takes = Takes::kOneWorker);

  std::string_view name() const { return name_; }
  void add(std::int64_t nanoseconds, double flops, double bytes) {
    nanoseconds_.fetch_add(nanoseconds, std::memory_order_relaxed);
    calls_.fetch_add(1, std::memory_order_relaxed);
    flops_.fetch_add(static_cast<std::int64_t>(flops), std::memory_order_relaxed);
    bytes_.fetch_add(static_cast<std::int64_t>(bytes), std::memory_order_relaxed);
  }

 private:
  friend struct Row;
  friend void start();
  friend std::vector<struct Row> stop();

  std::string_view name_;
  Takes takes_;
  // Whole numbers, whose sums do not depend on the order of the threads.
  std::atomic<std::int64_t> nanoseconds_ = 0, calls_ = 0, flops_ = 0, bytes_ = 0;
};

// Summed over threads.
struct Row {
  std::string_view name;
  Takes takes = Takes::kOneWorker;
  double seconds = 0;
  std::int64_t calls = 0;
  double flops = 0;  // multiplications and additions of matrix products
  double bytes = 0;  // read and written at least
};

// Sets all figures to zero and begins to count.
void start();
// Stops counting; the operators that ran, those that took longest first.
std::vector<Row> stop();

namespace detail {
inline std::atomic<bool> on = false;
}
inline bool enabled() { return detail::on.load(std::memory_order_relaxed); }

// Times its own life for one operator.
class Timer {
 public:
  explicit Timer(Operator& op, double flops = 0, double bytes = 0) : op_(enabled() ? &op : nullptr) {
    if (op_ == nullptr) return;
    flops_ = flops;
    bytes_ = bytes;
    start_ = std::chrono::steady_clock::now();
  }
  ~Timer() {
    if (op_ != nullptr)
      op_->add(std::chrono::nanoseconds(std::chrono::steady_clock::now() - start_).count(), flops_, bytes_);
  }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

 private:
  Operator* op_;
  double flops_ = 0, bytes_ = 0;
  std::chrono::steady_clock::time_point start_;
};

}  // namespace prenorm::profile
