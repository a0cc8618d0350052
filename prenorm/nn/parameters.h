// The weights of a model by name, in the order in which its modules were built. Once complete they lie end to end in
// one buffer, and so do their gradients, so that the optimizer, the gradient norm and clearing take one pass each.
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

// How the numbers of a model are stored. It can be constructed from a type alone.
struct ParameterOptions {
  ParameterOptions(at::ScalarType type = at::kFloat, at::Device on = at::kCPU) : dtype(type), device(on) {}

  at::ScalarType dtype;
  at::Device device;
  // Without a buffer, autograd stores the gradients, and torch::autograd::grad can differentiate twice.
  bool gradient_buffer = true;
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
  // Moves all values into one buffer and allocates the gradient buffer, if there is to be one. Tensors that add()
  // returned remain valid.
  void complete();

  const std::vector<Parameter>& list() const { return list_; }
  // Errors: Error.
  const at::Tensor& at(std::string_view name) const;
  const ParameterOptions& options() const { return options_; }
  // Shape [count], with the type and device of options(). Defined after complete(); gradients() only with a buffer.
  const at::Tensor& values() const { return values_; }
  const at::Tensor& gradients() const { return gradients_; }
  std::int64_t count() const;

 private:
  std::uint64_t seed_;
  ParameterOptions options_;
  at::Tensor shared_;  // the buffer whose values are shared, or undefined
  std::vector<Parameter> list_;
  at::Tensor values_, gradients_;
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
  const std::string& name() const { return name_; }

 private:
  Parameters* parameters_;
  std::string name_;
};

}  // namespace prenorm::nn
