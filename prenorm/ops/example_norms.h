// Squared norms of the gradients of single examples (Gray et al. 2024), taken by the backward functions while they
// compute the gradient of all of them: n = Σ_b ‖s_b‖², where s_b is the gradient of a weight from the rows of example
// b.
//
// A thread that wants them installs an ExampleNorms (RecordExamples), and whatever computes on packed rows says which
// rows are whose (RowsAreExamples). Each operator takes both along with its inputs in the forward pass and adds to the
// norms in the backward pass. Without an installed ExampleNorms nothing is read, stored or computed differently.
//
// Within an example, tokens are summed before squaring, in the type of the weight; squares are summed in double.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>
#include <c10/util/intrusive_ptr.h>

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <span>
#include <unordered_map>
#include <vector>

#include "prenorm/ops/example_tables.h"

namespace prenorm::ops {

class ExampleNorms {
 public:
  // The weights to measure, each with memory of its own.
  explicit ExampleNorms(std::span<const at::Tensor> weights);

  // A weight is known by its memory, so that replicas and detached handles are the same one.
  bool measures(const at::Tensor& weight) const;
  // Says that an operator has used these weights in a forward pass, as far as they are measured. Errors: Error if one
  // was used before in this share: the gradient of an example would be the sum of both uses, and squares do not add up.
  void use_once(std::initializer_list<at::Tensor> weights);
  // Adds to the weight's n, if it is measured.
  void add(const at::Tensor& weight, double squares);
  // Counts arithmetic beyond that of the gradient (docs/noise-scale.md), a multiply and an add as two.
  void count(double flops) { flops_ += flops; }
  // What embeddings have read, and projections added to, since the last end_share().
  ExampleTables& tables() { return tables_; }
  // After the backward pass of a share: adds the norms of tables. Nothing of the share is kept.
  void end_share();
  // Forgets a share whose backward pass did not end.
  void drop_share();

  // n of each weight, in the order of the constructor, and whether anything was added to it.
  const std::vector<double>& squares() const { return squares_; }
  const std::vector<bool>& measured() const { return measured_; }
  double flops() const { return flops_; }
  void clear();

 private:
  std::unordered_map<const void*, std::size_t> places_;
  std::vector<bool> used_;  // in this share
  std::vector<double> squares_;
  std::vector<bool> measured_;
  double flops_ = 0;
  ExampleTables tables_;
};

// Which rows of a matrix are an example's: [offsets[b], offsets[b + 1]). An example may have none.
struct ExampleRows : torch::CustomClassHolder {
  ExampleRows(ExampleNorms& to, std::span<const std::int64_t> starts)
      : norms(to), offsets(starts.begin(), starts.end()) {}

  std::int64_t examples() const { return std::ssize(offsets) - 1; }
  // Σ_b ‖Σ_{t of b} x_t‖² of a matrix [rows, columns], from ATen's operators.
  double squares_of_sums(const at::Tensor& x) const;

  ExampleNorms& norms;
  std::vector<std::int64_t> offsets;  // [examples + 1]
};
using ExampleRowsPtr = c10::intrusive_ptr<ExampleRows>;

// Installs norms for what this thread computes during its lifetime; they must outlive the backward pass.
class RecordExamples {
 public:
  explicit RecordExamples(ExampleNorms& norms);
  ~RecordExamples();
  RecordExamples(const RecordExamples&) = delete;
  RecordExamples& operator=(const RecordExamples&) = delete;

 private:
  ExampleNorms* before_;
};

// Says whose the rows are that operators get during its lifetime. Does nothing unless norms are installed.
class RowsAreExamples {
 public:
  explicit RowsAreExamples(std::span<const std::int64_t> offsets);
  explicit RowsAreExamples(const at::Tensor& offsets);  // int64, contiguous, on the CPU
  ~RowsAreExamples();
  RowsAreExamples(const RowsAreExamples&) = delete;
  RowsAreExamples& operator=(const RowsAreExamples&) = delete;

 private:
  bool changed_ = false;
  ExampleRowsPtr before_;
};

// Whose the rows are that an operator gets, if it has one of these weights and that is measured; otherwise null.
// Undefined weights are skipped. Errors: Error if nothing says whose the rows are, or their number differs; with kOnce
// those of use_once().
enum class ExampleUse : std::uint8_t { kOnce, kOfTable };
ExampleRowsPtr examples_of(std::int64_t rows, std::initializer_list<at::Tensor> weights,
                           ExampleUse use = ExampleUse::kOnce);

// Takes an object of a forward pass along to the backward pass, if there is one: examples_in(context) is null if not.
template <class T = ExampleRows, class Context>
void save_examples(Context* context, const c10::intrusive_ptr<T>& object) {
  if (object)
    context->saved_data["examples"] =
        c10::IValue::make_capsule(c10::static_intrusive_pointer_cast<torch::CustomClassHolder>(object));
}
template <class T = ExampleRows, class Context>
c10::intrusive_ptr<T> examples_in(const Context* context) {
  const auto found = context->saved_data.find("examples");
  if (found == context->saved_data.end()) return {};
  return c10::static_intrusive_pointer_cast<T>(found->second.toCapsule());
}

// For operators of ATen: calls use(gradient) in the backward pass with the gradient of y, if it needs one.
void with_gradient(const at::Tensor& y, std::function<void(const at::Tensor&)> use);
// For y = weight x + …, whose columns are divided evenly among the elements of the weight. x, y: [rows, columns]
void measure_scale(const at::Tensor& weight, const at::Tensor& x, const at::Tensor& y);
// For y = table[ids] + …
void measure_reading(const at::Tensor& table, const at::Tensor& ids, const at::Tensor& y);

}  // namespace prenorm::ops
