#include "prenorm/pruning/neurons.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <numeric>
#include <string>

#include "prenorm/base/error.h"
#include "prenorm/ops/spectrum.h"

namespace prenorm::pruning {
namespace {

using namespace std::string_view_literals;

// The parameters of a feed-forward network that have a side of d_ff, and which side that is.
constexpr std::array<std::pair<std::string_view, std::int64_t>, 3> kNeuronSides{
    {{".feed_forward.up.weight"sv, 0}, {".feed_forward.up.bias"sv, 0}, {".feed_forward.down.weight"sv, 1}}};

}  // namespace

std::vector<std::int64_t> neurons_kept(const at::Tensor& up, std::int64_t removed, NeuronChoice choice,
                                       RandomStream random) {
  if (removed < 0 || removed >= up.size(0))
    throw_error<UsageError>("{} of {} neurons cannot be removed, since one must stay", removed, up.size(0));
  std::vector<std::int64_t> order(static_cast<std::size_t>(up.size(0)));
  std::iota(order.begin(), order.end(), 0);
  if (choice == NeuronChoice::kRandom) {
    shuffle(order, random);
  } else {
    const std::vector<double> norms = ops::row_norms(up);
    std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
      return norms[static_cast<std::size_t>(a)] < norms[static_cast<std::size_t>(b)];
    });
  }
  order.erase(order.begin(), order.begin() + removed);
  std::sort(order.begin(), order.end());
  return order;
}

void copy_kept_neurons(const nn::Parameters& from, nn::Parameters& to, NeuronChoice choice, std::uint64_t seed) {
  const at::NoGradGuard no_grad;
  for (const nn::Parameter& p : to.list()) {
    const at::Tensor& source = from.at(p.name);
    const auto side = std::find_if(kNeuronSides.begin(), kNeuronSides.end(),
                                   [&](const auto& entry) { return p.name.ends_with(entry.first); });
    if (side == kNeuronSides.end()) {
      p.value.copy_(source);
      continue;
    }
    const std::string network = p.name.substr(0, p.name.size() - side->first.size());
    const std::int64_t removed = source.size(side->second) - p.value.size(side->second);
    const RandomStream random(mix_key({seed, name_key("pruned neurons"), name_key(network)}));
    const auto kept = neurons_kept(from.at(network + ".feed_forward.up.weight"), removed, choice, random);
    p.value.copy_(source.index_select(side->second, at::tensor(kept)));
  }
}

}  // namespace prenorm::pruning
