#include "prenorm/papers/icl_gradient_descent/weight_map.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include "prenorm/papers/icl_gradient_descent/weights.h"

namespace prenorm::papers::icl_gradient_descent {

HeatMap weight_map(std::string title, const at::Tensor& weights, bool of_label) {
  HeatMap map{std::move(title), "column", "row", "weight", {}, {}, elements(weights), /*log=*/false, ""};
  for (std::int64_t i = 1; i <= weights.size(0) - of_label; ++i) map.x.push_back(fmt::format("x{}", i));
  if (of_label) map.x.emplace_back("y");
  map.y = map.x;
  return map;
}

}  // namespace prenorm::papers::icl_gradient_descent
