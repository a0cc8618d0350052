#include "prenorm/batched/graph.h"

#include "prenorm/base/error.h"

namespace prenorm::batched {
namespace {

void expect(bool fits, const char* operation, const Layout& a, const Layout& b) {
  if (!fits)
    throw_error<Error>("batched::Graph: {} does not fit [{}, {}] and [{}, {}]", operation, a.rows, a.columns, b.rows,
                       b.columns);
}

bool same_shape(const Layout& a, const Layout& b) { return a.rows == b.rows && a.columns == b.columns; }

double product_flops(const Node& node, const Layout& a) {
  return 2.0 * static_cast<double>(node.layout.rows * node.layout.columns * a.columns);
}

}  // namespace

// A value of its own, row after row at the end of its region.
Matrix Graph::add(Operation operation, Region region, std::int64_t rows, std::int64_t columns) {
  std::int64_t& count = counts_[static_cast<std::size_t>(region)];
  Node node;
  node.operation = operation;
  node.layout = {region, rows, columns, count, columns, 1};
  count += rows * columns;
  nodes_.push_back(node);
  return {static_cast<std::int32_t>(nodes_.size() - 1)};
}

Matrix Graph::derived(Operation operation, std::int64_t rows, std::int64_t columns, Matrix a, Matrix b, Matrix c) {
  bool has_gradient = false, shared = true;
  for (const Matrix operand : {a, b, c}) {
    if (operand.node < 0) continue;
    has_gradient |= at(operand).has_gradient;
    shared &= is_shared(at(operand));
  }
  const Matrix result = add(operation, shared ? Region::kShared : Region::kResults, rows, columns);
  Node& node = at(result);
  node.a = a.node;
  node.b = b.node;
  node.c = c.node;
  node.has_gradient = has_gradient;
  return result;
}

Matrix Graph::unary(Operation operation, Matrix a, double factor) {
  const Matrix result = derived(operation, layout(a).rows, layout(a).columns, a);
  at(result).factor = factor;
  return result;
}

Matrix Graph::parameter(std::int64_t rows, std::int64_t columns) {
  const Matrix result = add(Operation::kParameter, Region::kParameters, rows, columns);
  at(result).has_gradient = true;
  return result;
}

Matrix Graph::input(std::int64_t rows, std::int64_t columns, bool with_gradient) {
  const Matrix result = add(Operation::kInput, Region::kInputs, rows, columns);
  at(result).has_gradient = with_gradient;
  return result;
}

Matrix Graph::constant(std::int64_t rows, std::int64_t columns, std::span<const double> values) {
  if (static_cast<std::int64_t>(values.size()) != rows * columns)
    throw_error<Error>("batched::Graph: {} values for a constant of [{}, {}]", values.size(), rows, columns);
  constants_.insert(constants_.end(), values.begin(), values.end());
  return add(Operation::kConstant, Region::kConstants, rows, columns);
}

Matrix Graph::identity(std::int64_t size) {
  std::vector<double> values(static_cast<std::size_t>(size * size));
  for (std::int64_t i = 0; i < size; ++i) values[static_cast<std::size_t>(i * size + i)] = 1;
  return constant(size, size, values);
}

Matrix Graph::transposed(Matrix a) {
  Node node = at(a);
  node.operation = Operation::kView;
  std::swap(node.layout.rows, node.layout.columns);
  std::swap(node.layout.row_step, node.layout.column_step);
  nodes_.push_back(node);
  return {static_cast<std::int32_t>(nodes_.size() - 1)};
}

Matrix Graph::part(Matrix a, std::int64_t first_row, std::int64_t rows, std::int64_t first_column,
                   std::int64_t columns) {
  Node node = at(a);
  Layout& l = node.layout;
  if (first_row < 0 || rows < 1 || first_row + rows > l.rows || first_column < 0 || columns < 1 ||
      first_column + columns > l.columns)
    throw_error<Error>("batched::Graph: no rows {}+{} and columns {}+{} in [{}, {}]", first_row, rows, first_column,
                       columns, l.rows, l.columns);
  node.operation = Operation::kView;
  l.first += first_row * l.row_step + first_column * l.column_step;
  l.rows = rows;
  l.columns = columns;
  nodes_.push_back(node);
  return {static_cast<std::int32_t>(nodes_.size() - 1)};
}

Matrix Graph::product(Matrix a, Matrix b) {
  expect(layout(a).columns == layout(b).rows, "a product", layout(a), layout(b));
  return derived(Operation::kProduct, layout(a).rows, layout(b).columns, a, b);
}

Matrix Graph::product_plus(Matrix a, Matrix b, Matrix added) {
  expect(layout(a).columns == layout(b).rows, "a product", layout(a), layout(b));
  expect(layout(added).rows == layout(a).rows && layout(added).columns == layout(b).columns, "a sum with a product",
         layout(added), layout(b));
  return derived(Operation::kProduct, layout(a).rows, layout(b).columns, a, b, added);
}

Matrix Graph::sum(Matrix a, Matrix b, double factor_a, double factor_b) {
  expect(same_shape(layout(a), layout(b)), "a sum", layout(a), layout(b));
  const Matrix result = derived(Operation::kSum, layout(a).rows, layout(a).columns, a, b);
  at(result).factor = factor_a;
  at(result).factor_b = factor_b;
  return result;
}

Matrix Graph::scaled_by(Matrix a, Matrix scalar) {
  expect(layout(scalar).rows == 1 && layout(scalar).columns == 1, "a scale", layout(a), layout(scalar));
  return derived(Operation::kScale, layout(a).rows, layout(a).columns, a, scalar);
}

Matrix Graph::clipped(Matrix a, double limit) { return unary(Operation::kClip, a, limit); }
Matrix Graph::relu(Matrix a) { return unary(Operation::kRelu, a); }
Matrix Graph::softmax_of_columns(Matrix a) { return unary(Operation::kSoftmax, a); }
Matrix Graph::normalized_columns(Matrix a, double epsilon) { return unary(Operation::kNormalize, a, epsilon); }
Matrix Graph::rms_normalized_columns(Matrix a, double epsilon) { return unary(Operation::kRms, a, epsilon); }

void Graph::add_squared_error(Matrix a, Matrix b, double factor) {
  expect(same_shape(layout(a), layout(b)), "a squared error", layout(a), layout(b));
  loss_terms_.push_back({a.node, b.node, factor});
}

void Graph::add_sum(Matrix a) { loss_terms_.push_back({a.node, -1, 1}); }

double Graph::forward_flops() const {
  double flops = 0;
  for (const Node& node : nodes_)
    if (node.operation == Operation::kProduct && !is_shared(node))
      flops += product_flops(node, nodes_[static_cast<std::size_t>(node.a)].layout);
  return flops;
}

// One more product for each operand that has a gradient.
double Graph::gradient_flops() const {
  double flops = forward_flops();
  for (const Node& node : nodes_) {
    if (node.operation != Operation::kProduct || !node.has_gradient || is_shared(node)) continue;
    const Node &a = nodes_[static_cast<std::size_t>(node.a)], &b = nodes_[static_cast<std::size_t>(node.b)];
    flops += (a.has_gradient + b.has_gradient) * product_flops(node, a.layout);
  }
  return flops;
}

}  // namespace prenorm::batched
