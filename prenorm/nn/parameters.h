// The weights of a model, by name, in the order in which its modules were built. Once complete they lie end to end in
// one buffer, and so do their gradients: the optimizer, the gradient norm and clearing are one pass each.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "prenorm/nn/initialization.h"

namespace prenorm::nn {

struct Parameter {
  std::string name;
  at::Tensor value;  // requires_grad; its grad() is a view of gradients()
};

// How and where the numbers of a model are kept. A type alone stands for the rest as usual.
struct ParameterOptions {
  ParameterOptions(at::ScalarType type = at::kFloat, at::Device on = at::kCPU) : dtype(type), device(on) {}

  at::ScalarType dtype;
  at::Device device;
  // Without a buffer autograd keeps the gradients: torch::autograd::grad can then differentiate twice.
  bool gradient_buffer = true;
};

class Parameters {
 public:
  explicit Parameters(std::uint64_t seed, const ParameterOptions& options = {}) : seed_(seed), options_(options) {}
  // For another model of the same architecture with the same values, bit by bit in the same place, and gradients of its
  // own: both can be computed with at once. `original` must be complete.
  static Parameters sharing_values_of(const Parameters& original);

  // Declares and fills a parameter (those that share values: takes its place among them). Errors: Error for
  // a name used twice.
  at::Tensor add(std::string name, at::IntArrayRef shape, const Initializer& initializer);
  // Moves all values into one buffer and makes the gradient buffer, if there is to be one. Tensors that add() returned
  // stay valid.
  void complete();

  const std::vector<Parameter>& list() const { return list_; }
  // Errors: Error.
  const at::Tensor& at(std::string_view name) const;
  const ParameterOptions& options() const { return options_; }
  // [count] each, of options(); defined after complete(), gradients() only with a buffer.
  const at::Tensor& values() const { return values_; }
  const at::Tensor& gradients() const { return gradients_; }
  std::int64_t count() const;

 private:
  std::uint64_t seed_;
  ParameterOptions options_;
  at::Tensor shared_;  // the buffer of another's values, or undefined
  std::vector<Parameter> list_;
  at::Tensor values_, gradients_;
};

// A place in the tree of names: scope / "encoder" / "layers" / 3.
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
  const std::string& name() const { return name_; }

 private:
  Parameters* parameters_;
  std::string name_;
};

}  // namespace prenorm::nn
