#include "prenorm/machine/profile.h"

#include <algorithm>
#include <mutex>

namespace prenorm::profile {
namespace {

struct Registry {
  std::mutex mutex;
  std::vector<Operator*> operators;
};

// Created on first use, since operators in other source files register themselves before main.
Registry& registry() {
  static Registry instance;
  return instance;
}

}  // namespace

Operator::Operator(std::string_view name, Takes takes) : name_(name), takes_(takes) {
  const std::scoped_lock lock(registry().mutex);
  registry().operators.push_back(this);
}

void start() {
  const std::scoped_lock lock(registry().mutex);
  for (Operator* op : registry().operators) {
    op->nanoseconds_ = 0;
    op->calls_ = 0;
    op->flops_ = 0;
    op->bytes_ = 0;
  }
  detail::on = true;
}

std::vector<Row> stop() {
  detail::on = false;
  const std::scoped_lock lock(registry().mutex);
  std::vector<Row> rows;
  for (const Operator* op : registry().operators)
    if (op->calls_ > 0)
      rows.push_back({op->name_, op->takes_, 1e-9 * static_cast<double>(op->nanoseconds_), op->calls_,
                      static_cast<double>(op->flops_), static_cast<double>(op->bytes_)});
  std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.seconds > b.seconds; });
  return rows;
}

}  // namespace prenorm::profile
