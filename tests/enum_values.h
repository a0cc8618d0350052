// Every value of a configuration enum, so that tests include new values automatically.
#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

#include "prenorm/base/describe.h"
#include "prenorm/config/model_config.h"

namespace prenorm::testing {

template <class E>
std::vector<E> all_values() {
  std::vector<E> values;
  for (const auto& [value, name] : EnumNames<E>::values) values.push_back(value);
  return values;
}

// Every normalisation: its kind, and whether it has weights.
struct NormForm {
  NormKind kind;
  bool affine;

  void apply_to(ModelConfig& config) const {
    config.norm = kind;
    config.norm_affine = affine;
  }
};
inline std::vector<NormForm> all_norms() {
  std::vector<NormForm> forms;
  for (const NormKind kind : all_values<NormKind>())
    for (const bool affine : {true, false}) forms.push_back({kind, affine});
  return forms;
}

// Every placement with the usual normalisation, and every other normalisation after and before the branch. For tests in
// which all combinations would take too long.
struct NormCase {
  NormPlacement placement;
  NormForm form;

  void apply_to(ModelConfig& config) const {
    config.norm_placement = placement;
    form.apply_to(config);
  }
  std::string name() const {
    return fmt::format("{}, {}{}", enum_name(placement), enum_name(form.kind), form.affine ? "" : " without weights");
  }
};
inline std::vector<NormCase> norm_cases() {
  std::vector<NormCase> cases;
  for (const NormPlacement placement : all_values<NormPlacement>())
    for (const NormForm& form : all_norms()) {
      const bool usual = form.kind == NormKind::kLayerNorm && form.affine;
      if (usual || placement == NormPlacement::kPostLn || placement == NormPlacement::kSandwichLn)
        cases.push_back({placement, form});
    }
  return cases;
}

}  // namespace prenorm::testing
