#include "prenorm/ops/weight_gradient.h"

#include <torch/csrc/autograd/graph_task.h>

#include "prenorm/base/error.h"

namespace prenorm::ops {

void check_that_buffers_are_wanted() {
  const auto* chosen = torch::autograd::get_current_graph_task_exec_info();  // empty in backward()
  if (chosen == nullptr || chosen->empty()) return;
  throw UsageError(
      "torch::autograd::grad was asked for chosen gradients of a computation with weights whose gradients are added to "
      "buffers; call backward(), which fills the buffers, or give it weights without .grad()");
}

}  // namespace prenorm::ops
