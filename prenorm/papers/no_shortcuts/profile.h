// Figures of a network's kernels over depth.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <vector>

namespace prenorm::papers::no_shortcuts {

// One value for each depth: index 0 is of the inputs. See KernelFigures.
struct Profile {
  std::vector<double> mean_cosine, least_cosine, mean_diagonal, least_diagonal, greatest_diagonal;
};
Profile profile_of(const std::vector<at::Tensor>& kernels);

nlohmann::json to_json(const Profile& profile);
// Errors: JsonError.
Profile profile_from_json(const nlohmann::json& json);

}  // namespace prenorm::papers::no_shortcuts
