// Networks at initialisation, without shortcuts and without normalisation, beside closed forms.
#pragma once

#include <vector>

#include "prenorm/papers/cells.h"
#include "prenorm/papers/experiment.h"
#include "prenorm/papers/no_shortcuts/network.h"
#include "prenorm/papers/no_shortcuts/profile.h"

namespace prenorm::papers::no_shortcuts {

// One seed of a network.
struct Initialization {
  Profile profile;
  // Attention-only networks with W_Q = 0, beside attention_kernels(): the greatest difference of cosines over all
  // depths and pairs, and the share of pairs of the last layer within 2 / sqrt(d_model). NaN for other networks.
  double greatest_error = 0, share_near = 0;
  // Attention-only networks and whole blocks: relative_difference() of the same network made of the layers of nn/. NaN
  // for other networks.
  double model_error = 0;
};

// All seeds of a network; the seed of `setting` is the first.
struct Network {
  NetworkSetting setting;
  std::vector<Initialization> seeds;
};

struct Initializations {
  std::vector<Network> orthogonal_inputs, gaussian_inputs, gaussian_queries;  // attention only
  std::vector<Network> feed_forward;                                          // feed-forward only
  std::vector<Network> attention, blocks;                                     // whole blocks, and their attention alone
  std::vector<Network> all_tokens;  // plain attention only that sees all tokens, with tokens of norm sqrt(d_model)
};
Initializations measure_initializations(const ExperimentOptions& options, const Cells& cells);

// The network of a method and depth. Errors: std::out_of_range.
const Network& find_network(const std::vector<Network>& all, Method method, std::int64_t layers);

}  // namespace prenorm::papers::no_shortcuts
