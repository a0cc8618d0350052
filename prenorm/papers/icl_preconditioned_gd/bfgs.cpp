#include "prenorm/papers/icl_preconditioned_gd/bfgs.h"

#include <cmath>
#include <limits>

#include "prenorm/papers/cells.h"

namespace prenorm::papers::icl_preconditioned_gd {
namespace {

using Vector = std::vector<double>;
using Loss = std::function<double(std::span<const double>, std::span<double>)>;

double dot(const Vector& a, const Vector& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

struct Point {
  Vector x, gradient;
  double loss = 0;
};

Point point_at(const Loss& loss, const Point& from, const Vector& direction, double step) {
  Point p{from.x, Vector(from.x.size()), 0};
  for (std::size_t i = 0; i < p.x.size(); ++i) p.x[i] += step * direction[i];
  p.loss = loss(p.x, p.gradient);
  if (!std::isfinite(p.loss)) p.loss = std::numeric_limits<double>::infinity();
  return p;
}

// Bisection until the loss has fallen and the slope has flattened (Lewis and Overton 2013, algorithm 2.6). Without such
// a point, which is so at the precision of the loss, `from`.
Point search_line(const Loss& loss, const Point& from, const Vector& direction, double step) {
  const double slope = dot(from.gradient, direction);
  double low = 0, high = std::numeric_limits<double>::infinity();
  for (int trial = 0; trial < 40; ++trial) {
    Point p = point_at(loss, from, direction, step);
    if (!(p.loss <= from.loss + 1e-4 * step * slope))
      high = step;
    else if (dot(p.gradient, direction) < 0.9 * slope)
      low = step;
    else
      return p;
    step = std::isfinite(high) ? (low + high) / 2 : 2 * low;
  }
  return from;
}

// The inverse of the Hessian as far as steps have shown it.
class InverseHessian {
 public:
  explicit InverseHessian(std::size_t size) : size_(size), h_(size * size) {
    for (std::size_t i = 0; i < size; ++i) h_[i * size + i] = 1;
  }

  Vector descent(const Vector& gradient) const {
    Vector p(size_);
    for (std::size_t i = 0; i < size_; ++i)
      for (std::size_t j = 0; j < size_; ++j) p[i] -= h_[i * size_ + j] * gradient[j];
    return p;
  }

  // Nocedal and Wright 2006, (6.17), with the first scale of (6.20).
  void update(const Vector& s, const Vector& y) {
    const double sy = dot(s, y);
    if (!(sy > 0)) return;
    if (is_first_) {
      for (double& value : h_) value *= sy / dot(y, y);
      is_first_ = false;
    }
    const Vector hy = negated(descent(y));
    const double yhy = dot(y, hy);
    for (std::size_t i = 0; i < size_; ++i)
      for (std::size_t j = 0; j < size_; ++j)
        h_[i * size_ + j] += ((1 + yhy / sy) * s[i] * s[j] - s[i] * hy[j] - hy[i] * s[j]) / sy;
  }

 private:
  static Vector negated(Vector v) {
    for (double& value : v) value = -value;
    return v;
  }

  std::size_t size_;
  Vector h_;
  bool is_first_ = true;
};

Vector difference(const Vector& a, const Vector& b) {
  Vector c = a;
  for (std::size_t i = 0; i < c.size(); ++i) c[i] -= b[i];
  return c;
}

}  // namespace

std::vector<double> bfgs(const Loss& loss, std::vector<double>& x, const BfgsOptions& o) {
  Point at{x, Vector(x.size()), 0};
  at.loss = loss(at.x, at.gradient);
  std::vector<double> losses{at.loss};
  InverseHessian inverse(x.size());
  for (std::int64_t step = 0, level = 0; step < o.steps && level < 5; ++step) {
    Cells::stop_if_asked();
    const Vector direction = inverse.descent(at.gradient);
    // The first step has no curvature to go by: it is at most 0.1 long.
    const double length = step == 0 ? std::min(1.0, 0.1 / std::sqrt(dot(direction, direction))) : 1;
    Point next = search_line(loss, at, direction, length);
    if (next.x == at.x) break;
    level = at.loss - next.loss > o.tolerance * at.loss ? 0 : level + 1;
    inverse.update(difference(next.x, at.x), difference(next.gradient, at.gradient));
    at = std::move(next);
    losses.push_back(at.loss);
    if (o.after) o.after(step + 1, at.x);
  }
  x = at.x;
  return losses;
}

}  // namespace prenorm::papers::icl_preconditioned_gd
