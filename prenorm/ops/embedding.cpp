#include "prenorm/ops/embedding.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/embedding.h>

#include "prenorm/ops/check.h"
#include "prenorm/ops/cpu/dropout.h"
#include "prenorm/ops/cpu/embedding.h"
#include "prenorm/ops/example_norms.h"
#include "prenorm/ops/function.h"
#include "prenorm/ops/kernels.h"
#include "prenorm/ops/saved_mask.h"
#include "prenorm/ops/weight_gradient.h"

namespace prenorm::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// What this embedding has read from its tables, as far as their norms by example are measured.
struct Readings {
  Readings(const at::Tensor& ids, const at::Tensor& positions, const EmbeddingTables& tables)
      : examples(examples_of(ids.numel(), {tables.tokens, tables.positions}, ExampleUse::kOfTable)) {
    if (!examples) return;
    const auto read = [&](const at::Tensor& table, const at::Tensor& rows) {
      return examples->norms.measures(table) ? examples->norms.tables().add_reading(table, rows, examples->offsets)
                                             : kNone;
    };
    of_tokens = read(tables.tokens, ids);
    of_positions = read(tables.positions, positions);
  }
  explicit Readings(AutogradContext* context) : examples(examples_in(context)) {
    if (!examples) return;
    of_tokens = context->saved_data["of_tokens"].toInt();
    of_positions = context->saved_data["of_positions"].toInt();
  }
  void save(AutogradContext* context) const {
    if (!examples) return;
    save_examples(context, examples);
    context->saved_data["of_tokens"] = of_tokens;
    context->saved_data["of_positions"] = of_positions;
  }
  // gradient: of what is dropped
  void set_gradients(const at::Tensor& gradient, double scale) const {
    ExampleTables& tables = examples->norms.tables();
    if (of_tokens != kNone) tables.set_gradient(of_tokens, scale == 1 ? gradient : gradient * scale);
    if (of_positions != kNone) tables.set_gradient(of_positions, gradient);
  }

  static constexpr std::int64_t kNone = -1;
  ExampleRowsPtr examples;
  std::int64_t of_tokens = kNone, of_positions = kNone;
};

struct Embedding : Function<Embedding> {
  static constexpr const char* kName = "embedding";
  static at::Tensor forward(AutogradContext* context, const at::Tensor& ids, const at::Tensor& positions,
                            const at::Tensor& tokens, const at::Tensor& table, double scale, const DropoutMask& mask,
                            const Readings& readings) {
    readings.save(context);
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
    const double scale = context->saved_data["scale"].toDouble();
    if (const Readings readings(context); readings.examples)
      readings.set_gradients(mask.p > 0 ? cpu::apply_dropout(grad, mask) : grad, scale);
    return {{}, {}, gradient(saved[2], saved[0], scale), gradient(saved[3], saved[1], 1), {}, {}, {}};
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
  return Embedding::apply(ids.contiguous(), positions.contiguous(), tables.tokens, tables.positions, tables.scale, mask,
                          Readings(ids.contiguous(), positions.contiguous(), tables));
}

at::Tensor embedding_composite(const at::Tensor& ids, const at::Tensor& positions, const EmbeddingTables& tables,
                               const DropoutMask& mask) {
  const at::Tensor x = at::embedding(tables.tokens, ids) * tables.scale + at::embedding(tables.positions, positions);
  if (const Readings readings(ids, positions, tables); readings.examples)
    with_gradient(x, [=](const at::Tensor& gradient) { readings.set_gradients(gradient, tables.scale); });
  return dropout_composite(x, mask);
}

}  // namespace prenorm::ops
