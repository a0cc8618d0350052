// A computation on small matrices that is the same for each problem of a batch, such as one task of in-context
// learning: ten vectors of ten numbers, and a network of a few hundred parameters.
//
// A library call for each such product costs more than the product. A graph is therefore written once, by one problem,
// and batched/evaluator.h runs it for as many problems at a time as a vector has lanes. Every value keeps its lanes
// side by side, so that each operation is plain vector arithmetic without shuffles, and the values of a block of
// problems stay in the nearest caches.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace prenorm::batched {

// A value of a graph: a matrix that each problem has its own of.
struct Matrix {
  std::int32_t node = -1;
};

enum class Operation : std::uint8_t {
  kParameter,  // shared by all problems; the gradient is taken with respect to it
  kConstant,   // shared, fixed
  kInput,      // each problem's own
  kProduct,    // a b, with c added where there is one
  kSum,        // factor a + factor_b b
  kScale,      // s a, with s the one element of b
  kClip,       // each element into [-factor, factor]; the gradient is 0 outside
  kRelu,
  kSoftmax,    // of each column
  kNormalize,  // of each column: (x - mean) / sqrt(var + factor)   (LayerNorm without gain and bias)
  kRms,        // of each column: x / sqrt(mean x^2 + factor)       (RMSNorm without gain)
  kView        // a part or the transpose of another value, in place
};

// Shared values are computed from parameters and constants alone, so once for many blocks.
enum class Region : std::uint8_t { kParameters, kConstants, kShared, kInputs, kResults };
constexpr std::size_t kRegions = 5;

// Where the elements of a value are: element (i, j) has number first + i row_step + j column_step in its region.
struct Layout {
  Region region = Region::kResults;
  std::int64_t rows = 0, columns = 0, first = 0, row_step = 0, column_step = 0;
};

struct Node {
  Operation operation;
  Layout layout;
  std::int32_t a = -1, b = -1, c = -1;
  double factor = 0, factor_b = 0;
  bool has_gradient = false;  // it depends on a parameter, or on an input that gradients are taken of
};

class Graph {
 public:
  // Parameters, and inputs, are numbered in the order of these calls, row after row.
  Matrix parameter(std::int64_t rows, std::int64_t columns);
  // with_gradient: Evaluator::input_gradients() covers it.
  Matrix input(std::int64_t rows, std::int64_t columns, bool with_gradient = false);
  Matrix constant(std::int64_t rows, std::int64_t columns, std::span<const double> values);
  Matrix identity(std::int64_t size);

  // Views: no arithmetic, no copy.
  Matrix transposed(Matrix a);
  Matrix part(Matrix a, std::int64_t first_row, std::int64_t rows, std::int64_t first_column, std::int64_t columns);

  // Errors of all below: Error where the shapes do not fit.
  Matrix product(Matrix a, Matrix b);
  Matrix product_plus(Matrix a, Matrix b, Matrix added);  // a b + added
  Matrix sum(Matrix a, Matrix b, double factor_a = 1, double factor_b = 1);
  Matrix scaled(Matrix a, double factor) { return sum(a, a, factor, 0); }
  Matrix scaled_by(Matrix a, Matrix scalar);  // scalar: [1, 1]
  Matrix clipped(Matrix a, double limit);
  Matrix relu(Matrix a);
  Matrix softmax_of_columns(Matrix a);
  Matrix normalized_columns(Matrix a, double epsilon);  // LayerNorm
  Matrix rms_normalized_columns(Matrix a, double epsilon);

  // Adds factor * sum((a - b)^2) to the loss of a problem.
  void add_squared_error(Matrix a, Matrix b, double factor);
  // Adds the sum of the elements of a: its gradient is that of the elements.
  void add_sum(Matrix a);

  struct LossTerm {
    std::int32_t a, b;  // b: -1 = none, the sum of a
    double factor;
  };

  const Layout& layout(Matrix a) const { return nodes_[static_cast<std::size_t>(a.node)].layout; }
  std::span<const Node> nodes() const { return nodes_; }
  std::span<const LossTerm> loss_terms() const { return loss_terms_; }
  std::span<const double> constants() const { return constants_; }
  static bool is_shared(const Node& node) { return node.layout.region <= Region::kShared; }
  // The number of elements in a region.
  std::int64_t count(Region region) const { return counts_[static_cast<std::size_t>(region)]; }

  // Floating-point operations of each problem's own products, an addition and a multiplication counted as two.
  double forward_flops() const;
  double gradient_flops() const;  // forward and backward

 private:
  Matrix add(Operation operation, Region region, std::int64_t rows, std::int64_t columns);
  Matrix derived(Operation operation, std::int64_t rows, std::int64_t columns, Matrix a, Matrix b = {}, Matrix c = {});
  Matrix unary(Operation operation, Matrix a, double factor = 0);
  Node& at(Matrix a) { return nodes_[static_cast<std::size_t>(a.node)]; }
  const Node& at(Matrix a) const { return nodes_[static_cast<std::size_t>(a.node)]; }

  std::vector<Node> nodes_;
  std::vector<LossTerm> loss_terms_;
  std::vector<double> constants_;
  std::array<std::int64_t, kRegions> counts_{};
};

}  // namespace prenorm::batched
