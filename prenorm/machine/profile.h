// Profiling: operators record their time and their work. Until somebody switches profiling on, nothing is recorded, and
// a timer costs the reading of one flag.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string_view>
#include <vector>

namespace prenorm::profile {

// Whether an operator runs in one worker (its time is that worker's) or blocks all workers.
enum class Takes : bool { kOneWorker, kAllWorkers };

// One line of the table: a kind of work. The operator that does the work defines it once, at namespace scope.
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
  // Whole numbers, so that sums do not depend on the order of the threads.
  std::atomic<std::int64_t> nanoseconds_ = 0, calls_ = 0, flops_ = 0, bytes_ = 0;
};

// Summed over threads.
struct Row {
  std::string_view name;
  Takes takes = Takes::kOneWorker;
  double seconds = 0;
  std::int64_t calls = 0;
  double flops = 0;  // multiplications and additions of matrix products
  double bytes = 0;  // at least read and written
};

// Resets all figures to zero and starts counting.
void start();
// Stops counting; returns the operators that ran, the longest first.
std::vector<Row> stop();

namespace detail {
inline std::atomic<bool> on = false;
}
inline bool enabled() { return detail::on.load(std::memory_order_relaxed); }

// Times one call of an operator, from construction to destruction.
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
