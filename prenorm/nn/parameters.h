// The weights of a model by name, in the order in which its modules were built. Once complete they lie end to end in
// one buffer, those that train first, and so do the gradients of those, so that the optimizer, the gradient norm and
// clearing take one pass each. Frozen weights have no gradients.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "prenorm/nn/initialization.h"
#include "prenorm/nn/trained_parts.h"
#include "prenorm/ops/linear.h"

namespace prenorm::nn {

struct Parameter {
  std::string name;
  at::Tensor value;  // if it trains: requires_grad, and its grad() is a view of gradients()

  bool trains() const { return value.requires_grad(); }
};

// How the numbers of a model are stored. It can be constructed from a type alone.
struct ParameterOptions {
  ParameterOptions(at::ScalarType type = at::kFloat, at::Device on = at::kCPU) : dtype(type), device(on) {}

  at::ScalarType dtype;
  at::Device device;
  // Without a buffer, autograd stores the gradients, and torch::autograd::grad can differentiate twice.
  bool gradient_buffer = true;
  TrainedParts parts{};
};

class Parameters {
 public:
  explicit Parameters(std::uint64_t seed, const ParameterOptions& options = {}) : seed_(seed), options_(options) {}
  // For a replica: another model of the same architecture that shares the memory of the values but has its own
  // gradients, so that threads can compute with both at once. `original` must be complete.
  static Parameters sharing_values_of(const Parameters& original);

  // Declares a parameter and initialises it, or takes the next shared values. Errors: Error if the name is already
  // used.
  at::Tensor add(std::string name, at::IntArrayRef shape, const Initializer& initializer);
  // The adapter of the matrix `<linear>.weight`, [out, in], if the options give it one. A starts at random and B at
  // zero, so that it begins as nothing (Hu et al. 2021, section 4.1). Errors: UsageError for a rank over that of the
  // matrix.
  ops::LowRank add_adapter(const std::string& linear, std::int64_t in, std::int64_t out);
  // Moves all values into one buffer and allocates the gradient buffer, if there is to be one. Tensors that add()
  // returned remain valid. Errors: UsageError for a pattern of the options that matches no name.
  void complete();

  const std::vector<Parameter>& list() const { return list_; }
  // Those that train, in the order of list() and of the buffers.
  const std::vector<Parameter>& trained() const { return trained_; }
  bool all_train() const { return trained_.size() == list_.size(); }
  // Errors: Error.
  const at::Tensor& at(std::string_view name) const;
  const ParameterOptions& options() const { return options_; }
  // Shape [count] and, for those that train, [trained_count], with the type and device of options(). Defined after
  // complete(); gradients() only with a buffer.
  const at::Tensor& values() const { return values_; }
  const at::Tensor& trained_values() const { return trained_values_; }
  const at::Tensor& gradients() const { return gradients_; }
  std::int64_t count() const;
  std::int64_t trained_count() const;

 private:
  std::uint64_t seed_;
  ParameterOptions options_;
  at::Tensor shared_;  // the buffer whose values are shared, or undefined
  std::vector<Parameter> list_, trained_;
  std::vector<std::string> linears_;  // the matrices that could have an adapter
  at::Tensor values_, trained_values_, gradients_;
};

// A prefix of parameter names: scope / "encoder" / "layers" / 3.
class Scope {
 public:
  explicit Scope(Parameters& parameters, std::string name = {}) : parameters_(&parameters), name_(std::move(name)) {}

  Scope operator/(std::string_view child) const {
    return Scope(*parameters_, name_.empty() ? std::string(child) : name_ + "." + std::string(child));
  }
  Scope operator/(std::int64_t index) const { return *this / std::to_string(index); }
  at::Tensor add(std::string_view name, at::IntArrayRef shape, const Initializer& initializer) const {
    return parameters_->add((*this / name).name(), shape, initializer);
  }
  ops::LowRank add_adapter(std::int64_t in, std::int64_t out) const { return parameters_->add_adapter(name_, in, out); }
  const std::string& name() const { return name_; }

 private:
  Parameters* parameters_;
  std::string name_;
};

}  // namespace prenorm::nn
