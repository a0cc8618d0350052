#include "prenorm/huggingface/weights.h"

namespace prenorm::huggingface {

nn::Parameters empty_parameters(const Layout& layout) {
  nn::Parameters parameters(/*seed=*/0);
  for (const TensorMap& map : layout.tensors) parameters.add(map.ours, map.shape, nn::constant(0));
  parameters.complete();
  return parameters;
}

io::NamedTensors to_theirs(const Layout& layout, const nn::Parameters& parameters) {
  io::NamedTensors result;
  for (const TensorMap& map : layout.tensors) {
    const std::vector<at::Tensor> parts = map.to_theirs(parameters.at(map.ours));
    for (std::size_t i = 0; i < parts.size(); ++i) result.emplace_back(map.theirs[i], parts[i]);
  }
  for (const Constant& constant : layout.constants) result.emplace_back(constant.theirs, constant.values());
  return result;
}

}  // namespace prenorm::huggingface
