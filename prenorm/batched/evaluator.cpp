#include "prenorm/batched/evaluator.h"

#include <ATen/Parallel.h>

#include <algorithm>

#include "prenorm/base/error.h"
#include "prenorm/batched/backward.h"
#include "prenorm/ops/cpu/scratch.h"

namespace prenorm::batched {
namespace {

// A batch is shared out in this many parts, whatever the threads: sums over parts are made in their order.
constexpr std::int64_t kParts = 16;

// One part of a batch.
template <class T>
struct Part {
  Part(const Graph& g, std::span<const T> p, const Batch<T>& b, bool gradient)
      : graph(&g), parameters(p), batch(&b), with_gradient(gradient) {}

  const Graph* graph;
  std::span<const T> parameters;
  const Batch<T>* batch;
  std::int64_t begin = 0, end = 0;  // blocks
  bool with_gradient;
  double loss_sum = 0;
  std::span<T> gradient_sum;  // of the parameters; empty = not wanted
  // Copies of a value, or of its gradient, for each problem; null = none.
  T* copies = nullptr;
  bool copies_gradient = false;
  Layout copied;
};

template <class T>
BlockMemory<T> take_memory(ops::cpu::Scratch<T>& scratch, const Graph& graph, std::int64_t lanes) {
  BlockMemory<T> memory{};
  for (std::size_t r = 0; r < std::size(memory.regions); ++r)
    memory.regions[r] = scratch.take(graph.count(static_cast<Region>(r)) * lanes);
  return memory;
}

template <class T>
PRENORM_INLINE void fill_shared(const Part<T>& part, const BlockMemory<T>& values, std::int64_t lanes) {
  T* to = values.regions[static_cast<std::size_t>(Region::kParameters)];
  for (const T value : part.parameters) to = std::fill_n(to, lanes, value);
  to = values.regions[static_cast<std::size_t>(Region::kConstants)];
  for (const double value : part.graph->constants()) to = std::fill_n(to, lanes, static_cast<T>(value));
}

template <class T>
PRENORM_INLINE void clear(const BlockMemory<T>& memory, const Graph& graph, Region region, std::int64_t lanes) {
  std::fill_n(memory.regions[static_cast<std::size_t>(region)], graph.count(region) * lanes, T(0));
}

// The loss of a block; starts its gradient. Lanes without a problem count for nothing: `used` is 1 or 0 for each.
template <int kBytes, class T>
PRENORM_INLINE double block_loss(const Part<T>& part, const BlockMemory<T>& values, const BlockMemory<T>& gradients,
                                 const T* used) {
  using S = ops::cpu::Simd<T, kBytes>;
  using V = typename S::Vector;
  V loss{}, mask;
  ops::cpu::load(mask, used);
  for (const Graph::LossTerm& term : part.graph->loss_terms()) {
    const Node& node = part.graph->nodes()[static_cast<std::size_t>(term.a)];
    const Lanes<T> a = values.of(node.layout, S::kLanes), da = gradients.of(node.layout, S::kLanes);
    Lanes<T> b, db;
    if (term.b >= 0) {
      const Node& other = part.graph->nodes()[static_cast<std::size_t>(term.b)];
      b = values.of(other.layout, S::kLanes);
      if (other.has_gradient) db = gradients.of(other.layout, S::kLanes);
    }
    const T factor = static_cast<T>(term.factor);
    for_elements(a, [&](std::int64_t i, std::int64_t j) {
      V v, w, slope = V{} + factor;
      ops::cpu::load(v, a.at(i, j));
      if (b.start != nullptr) {
        ops::cpu::load(w, b.at(i, j));
        v -= w;
        slope = 2 * factor * v;
        v *= v;
      }
      loss += factor * v * mask;
      if (part.with_gradient && node.has_gradient) add_to(da.at(i, j), slope * mask);
      if (part.with_gradient && db.start != nullptr) add_to(db.at(i, j), -slope * mask);
    });
  }
  double sum = 0;
  for (int l = 0; l < S::kLanes; ++l) sum += static_cast<double>(loss[l]);
  return sum;
}

template <class T>
PRENORM_INLINE void copy_out(const Part<T>& part, const BlockMemory<T>& memory, const ProblemBlock<T>& block) {
  const Lanes<T> from = memory.of(part.copied, block.lanes);
  for (std::int64_t l = 0; l < block.count; ++l) {
    T* to = part.copies + (block.first + l) * from.rows * from.columns;
    for_elements(from, [&](std::int64_t i, std::int64_t j) { *to++ = from.at(i, j)[l]; });
  }
}

template <class T>
PRENORM_INLINE void sum_parameters(const Part<T>& part, const BlockMemory<T>& gradients, std::int64_t lanes) {
  const T* from = gradients.regions[static_cast<std::size_t>(Region::kParameters)];
  for (T& sum : part.gradient_sum) {
    double total = 0;
    for (std::int64_t l = 0; l < lanes; ++l) total += static_cast<double>(*from++);
    sum = static_cast<T>(total);
  }
}

struct RunPart {
  template <int kBytes, class T>
  static PRENORM_INLINE void run(Part<T>* part) {
    constexpr std::int64_t kLanes = ops::cpu::Simd<T, kBytes>::kLanes;
    const Graph& graph = *part->graph;
    const std::span<const Node> nodes = graph.nodes();
    std::int64_t elements = kLanes;
    for (std::size_t r = 0; r < kRegions; ++r) elements += 2 * (graph.count(static_cast<Region>(r)) + 1) * kLanes;
    ops::cpu::Scratch<T> scratch(elements + 16 * ops::cpu::padded<T>(1));
    const BlockMemory<T> values = take_memory(scratch, graph, kLanes), gradients = take_memory(scratch, graph, kLanes);
    T* used = scratch.take(kLanes);
    fill_shared(*part, values, kLanes);
    for (const Node& node : nodes)
      if (Graph::is_shared(node)) compute<kBytes>(node, nodes, values);
    clear(gradients, graph, Region::kParameters, kLanes);
    clear(gradients, graph, Region::kShared, kLanes);
    for (std::int64_t first = part->begin * kLanes; first < part->end * kLanes; first += kLanes) {
      if (first >= part->batch->problems) break;
      const ProblemBlock<T> block{first, std::min(kLanes, part->batch->problems - first), kLanes,
                                  values.regions[static_cast<std::size_t>(Region::kInputs)]};
      for (std::int64_t l = 0; l < kLanes; ++l) used[l] = l < block.count ? T(1) : T(0);
      if (block.count < kLanes) clear(values, graph, Region::kInputs, kLanes);
      part->batch->fill(block);
      for (const Node& node : nodes)
        if (!Graph::is_shared(node)) compute<kBytes>(node, nodes, values);
      if (part->with_gradient) {
        clear(gradients, graph, Region::kInputs, kLanes);
        clear(gradients, graph, Region::kResults, kLanes);
      }
      part->loss_sum += block_loss<kBytes>(*part, values, gradients, used);
      if (part->with_gradient) add_gradients<kBytes>(nodes, /*shared=*/false, values, gradients);
      if (part->copies != nullptr) copy_out(*part, part->copies_gradient ? gradients : values, block);
    }
    if (part->gradient_sum.empty()) return;
    add_gradients<kBytes>(nodes, /*shared=*/true, values, gradients);
    sum_parameters(*part, gradients, kLanes);
  }
};

// Runs all parts of a batch; `whole` is what they have in common.
template <class T>
std::vector<Part<T>> run_parts(const Part<T>& whole, std::span<T> gradient_sums) {
  const std::int64_t lanes = ops::cpu::vector_bytes() / static_cast<std::int64_t>(sizeof(T));
  const std::int64_t blocks = (whole.batch->problems + lanes - 1) / lanes, parts = std::min(kParts, blocks);
  std::vector<Part<T>> all(static_cast<std::size_t>(parts), whole);
  for (std::int64_t p = 0; p < parts; ++p) {
    Part<T>& part = all[static_cast<std::size_t>(p)];
    part.begin = blocks * p / parts;
    part.end = blocks * (p + 1) / parts;
    const std::size_t count = whole.parameters.size();
    if (!gradient_sums.empty()) part.gradient_sum = gradient_sums.subspan(static_cast<std::size_t>(p) * count, count);
  }
  at::parallel_for(0, parts, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t p = begin; p < end; ++p) ops::cpu::run_vectors<RunPart>(&all[static_cast<std::size_t>(p)]);
  });
  return all;
}

void expect_size(std::size_t found, std::int64_t wanted, const char* what) {
  if (static_cast<std::int64_t>(found) != wanted)
    throw_error<Error>("batched::Evaluator: {} {} where the graph has {}", found, what, wanted);
}

}  // namespace

template <class T>
Evaluator<T>::Evaluator(Graph graph) : graph_(std::move(graph)) {}

template <class T>
double Evaluator<T>::loss(std::span<const T> parameters, const Batch<T>& batch, std::span<T> gradient) const {
  expect_size(parameters.size(), graph_.count(Region::kParameters), "parameters");
  if (!gradient.empty()) expect_size(gradient.size(), graph_.count(Region::kParameters), "elements of a gradient");
  if (batch.problems <= 0) throw_error<Error>("batched::Evaluator: a batch without problems");
  std::vector<T> sums(gradient.empty() ? 0 : parameters.size() * static_cast<std::size_t>(kParts));
  const Part<T> whole(graph_, parameters, batch, !gradient.empty());
  const std::vector<Part<T>> parts = run_parts(whole, std::span<T>(sums));
  const auto problems = static_cast<double>(batch.problems);
  double loss = 0;
  for (const Part<T>& part : parts) loss += part.loss_sum;
  for (std::size_t i = 0; i < gradient.size(); ++i) {
    double sum = 0;
    for (const Part<T>& part : parts) sum += static_cast<double>(part.gradient_sum[i]);
    gradient[i] = static_cast<T>(sum / problems);
  }
  return loss / problems;
}

template <class T>
std::vector<T> Evaluator<T>::values(std::span<const T> parameters, const Batch<T>& batch, Matrix matrix) const {
  expect_size(parameters.size(), graph_.count(Region::kParameters), "parameters");
  const Layout& layout = graph_.layout(matrix);
  std::vector<T> all(static_cast<std::size_t>(batch.problems * layout.rows * layout.columns));
  Part<T> whole(graph_, parameters, batch, /*gradient=*/false);
  whole.copies = all.data();
  whole.copied = layout;
  run_parts(whole, {});
  return all;
}

template <class T>
std::vector<T> Evaluator<T>::input_gradients(std::span<const T> parameters, const Batch<T>& batch,
                                             Matrix matrix) const {
  expect_size(parameters.size(), graph_.count(Region::kParameters), "parameters");
  const Node& node = graph_.nodes()[static_cast<std::size_t>(matrix.node)];
  if (node.layout.region != Region::kInputs || !node.has_gradient)
    throw_error<Error>("batched::Evaluator: gradients are taken of inputs that were declared with_gradient");
  std::vector<T> all(static_cast<std::size_t>(batch.problems * node.layout.rows * node.layout.columns));
  Part<T> whole(graph_, parameters, batch, /*gradient=*/true);
  whole.copies = all.data();
  whole.copies_gradient = true;
  whole.copied = node.layout;
  run_parts(whole, {});
  return all;
}

template <class T>
Batch<T> batch_of(std::span<const T> inputs, std::int64_t input_count) {
  const std::int64_t problems = static_cast<std::int64_t>(inputs.size()) / input_count;
  return {problems, [inputs, input_count](const ProblemBlock<T>& block) {
            for (std::int64_t l = 0; l < block.count; ++l)
              for (std::int64_t e = 0; e < input_count; ++e)
                block.at(e, l) = inputs[static_cast<std::size_t>((block.first + l) * input_count + e)];
          }};
}

template class Evaluator<float>;
template class Evaluator<double>;
template Batch<float> batch_of(std::span<const float>, std::int64_t);
template Batch<double> batch_of(std::span<const double>, std::int64_t);

}  // namespace prenorm::batched
