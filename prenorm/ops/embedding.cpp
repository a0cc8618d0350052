#include "prenorm/ops/embedding.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/embedding.h>

#include "prenorm/ops/check.h"
#include "prenorm/ops/cpu/embedding.h"
#include "prenorm/ops/function.h"
#include "prenorm/ops/kernels.h"
#include "prenorm/ops/saved_mask.h"
#include "prenorm/ops/weight_gradient.h"

namespace prenorm::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct Embedding : Function<Embedding> {
  static constexpr const char* kName = "embedding";
  static at::Tensor forward(AutogradContext* context, const at::Tensor& ids, const at::Tensor& positions,
                            const at::Tensor& tokens, const at::Tensor& table, double scale, const DropoutMask& mask) {
    context->save_for_backward({ids, positions, tokens, table});
    context->saved_data["scale"] = scale;
    save_mask(context, mask);
    return cpu::embed(ids, positions, {tokens, table, scale}, mask);
  }

  static variable_list gradient(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor grad = gradients[0].contiguous();
    const DropoutMask mask = saved_mask(context);
    const auto gradient = [&](const at::Tensor& table, const at::Tensor& rows, double scale) {
      return weight_gradient(table, [&](at::Tensor& sum) { cpu::add_to_rows(sum, rows, grad, scale, mask); });
    };
    return {
        {}, {}, gradient(saved[2], saved[0], context->saved_data["scale"].toDouble()), gradient(saved[3], saved[1], 1),
        {}, {}};
  }
};

}  // namespace

at::Tensor embedding(const at::Tensor& ids, const at::Tensor& positions, const EmbeddingTables& tables,
                     const DropoutMask& mask) {
  const Check check("embedding", tables.tokens);
  check.matrix(tables.tokens, Check::kAny, Check::kAny, "tokens");
  check.matrix(tables.positions, Check::kAny, tables.tokens.size(1), "positions");
  check.equal(ids.numel(), positions.numel(), "ids and positions");
  check.probability(mask.p, "dropout");
  if (!use_kernels(tables.tokens)) return embedding_composite(ids, positions, tables, mask);
  check.row_numbers(ids, tables.tokens.size(0), "token");
  check.row_numbers(positions, tables.positions.size(0), "position");
  return Embedding::apply(ids.contiguous(), positions.contiguous(), tables.tokens, tables.positions, tables.scale,
                          mask);
}

at::Tensor embedding_composite(const at::Tensor& ids, const at::Tensor& positions, const EmbeddingTables& tables,
                               const DropoutMask& mask) {
  const at::Tensor x = at::embedding(tables.tokens, ids) * tables.scale + at::embedding(tables.positions, positions);
  return dropout_composite(x, mask);
}

}  // namespace prenorm::ops
