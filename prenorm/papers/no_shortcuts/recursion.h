// The exact recursion of signals at initialisation (arXiv 2505.24333; prenorm/probe/signal_recursion.h) for the
// networks of this experiment: what it predicts for mean cosines over depth.
#pragma once

#include <vector>

#include "prenorm/papers/no_shortcuts/network.h"

namespace prenorm::papers::no_shortcuts {

// Mean overlap of two tokens over the mean squared norm, of orthogonal or independent inputs and after each layer; for
// plain attention, feed-forward networks and V-SkipInit, in networks of any width. The recursion knows mean overlaps
// alone: all pairs of tokens must have the same, which causal attention does not give.
std::vector<double> recursion_cosines(const NetworkSetting& setting);

}  // namespace prenorm::papers::no_shortcuts
