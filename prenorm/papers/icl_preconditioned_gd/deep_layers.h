// What trained deep networks are compared with.
#pragma once

#include <string_view>
#include <vector>

#include "prenorm/papers/check.h"
#include "prenorm/papers/icl_preconditioned_gd/models.h"

namespace prenorm::papers::icl_preconditioned_gd {

struct DeepCase {
  std::string_view name, source;  // "theorem_3", "Theorem 3"
  Form form;
  std::int64_t layers;
  Inputs inputs;
};

// critical: the critical point nearest to the trained model, as scalars.
std::vector<Check> deep_checks(const DeepCase& c, std::uint64_t seed, const Trained& trained, const Trained& critical);

}  // namespace prenorm::papers::icl_preconditioned_gd
