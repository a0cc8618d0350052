// Which tensor of ours is which tensor of a published architecture, and how it is laid out there: declared once, used
// for export and for import. Nothing is computed: a tensor that goes there and back has the same bits.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "prenorm/huggingface/architecture.h"

namespace prenorm::huggingface {

// How theirs lies in memory where it is not as ours.
struct Stored {
  bool transposed = false;       // [in, out], as GPT-2's Conv1D
  bool halved_rows = false;      // along the residual stream: its even elements, then its odd ones. Marian's
  bool halved_columns = false;   // sinusoids are all sines, then all cosines; ours take turns
  std::int64_t rows_before = 0;  // of zeros, that nothing reads
};

struct TensorMap {
  std::string ours;
  std::vector<std::int64_t> shape;  // of ours
  std::vector<std::string> theirs;  // several are the rows of ours in equal parts
  Stored stored{};

  // Of each of `theirs`.
  std::vector<std::int64_t> their_shape() const;
  // In the order of `theirs`.
  std::vector<at::Tensor> to_theirs(const at::Tensor& tensor) const;
  at::Tensor to_ours(const std::vector<at::Tensor>& parts_of_theirs) const;
};

// A tensor of theirs that ours has no weights for, because it computes with these values. A checkpoint may lack it.
struct Constant {
  std::string theirs;
  std::vector<std::int64_t> shape;
  std::function<at::Tensor()> values;
};

struct Layout {
  std::vector<TensorMap> tensors;
  std::vector<Constant> constants;
  // Another name for the same tensor of theirs (first: the other name), where weights are tied.
  std::vector<std::pair<std::string, std::string>> aliases;
  std::string prefix;  // of the part without heads: "bert."; checkpoints of that part alone leave it out
};

Layout layout_of(const Architecture& architecture);

}  // namespace prenorm::huggingface
