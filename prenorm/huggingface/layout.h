// The mapping between our tensors and those of a published architecture, with their memory layout: declared once, used
// for export and import. Nothing is computed: a tensor that is exported and imported has the same bits.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "prenorm/huggingface/architecture.h"

namespace prenorm::huggingface {

// How their tensor is stored, if differently from ours.
struct Stored {
  bool transposed = false;       // [in, out], as in GPT-2's Conv1D
  bool halved_rows = false;      // along the residual stream: its even elements, then its odd ones (Marian)
  bool halved_columns = false;   // sinusoids are all sines, then all cosines; ours alternate
  std::int64_t rows_before = 0;  // rows of zeros that nothing reads
};

struct TensorMap {
  std::string ours;
  std::vector<std::int64_t> shape;  // of our tensor
  std::vector<std::string> theirs;  // if there are several, they are equal parts of our rows
  Stored stored{};

  // The shape of each of `theirs`.
  std::vector<std::int64_t> their_shape() const;
  // In the order of `theirs`.
  std::vector<at::Tensor> to_theirs(const at::Tensor& tensor) const;
  at::Tensor to_ours(const std::vector<at::Tensor>& parts_of_theirs) const;
};

// A tensor of theirs for which we have no weights, because our models compute with these fixed values. A checkpoint may
// lack it.
struct Constant {
  std::string theirs;
  std::vector<std::int64_t> shape;
  std::function<at::Tensor()> values;
};

struct Layout {
  std::vector<TensorMap> tensors;
  std::vector<Constant> constants;
  // Another name for the same tensor of theirs (first: the other name), for tied weights.
  std::vector<std::pair<std::string, std::string>> aliases;
  std::string prefix;  // of the part without heads: "bert."; checkpoints of only that part leave it out
};

Layout layout_of(const Architecture& architecture);

}  // namespace prenorm::huggingface
