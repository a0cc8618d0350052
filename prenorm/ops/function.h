// The base of operators with hand-written gradients.
#pragma once

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <utility>

#include "prenorm/base/error.h"

namespace prenorm::ops {

// Op has a name, kName, and `static variable_list gradient(AutogradContext*, variable_list)` in place of backward().
// The gradient cannot be differentiated again: with create_graph it throws a UsageError, since what autograd would
// record is wrong.
template <class Op>
struct Function : torch::autograd::Function<Op> {
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    if (at::GradMode::is_enabled())
      throw_error<UsageError>(
          "the gradient of {} cannot be differentiated again (create_graph); compute with ATen's operators for that: "
          "prenorm::ops::KernelsGuard off(false)",
          Op::kName);
    return Op::gradient(context, std::move(gradients));
  }
};

}  // namespace prenorm::ops
