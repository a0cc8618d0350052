// The recursion of signal and gradient (probe/signal_recursion.h) for a model of a configuration: what its random
// weights do to the states with which its stacks start.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "prenorm/config/model_config.h"
#include "prenorm/config/stacks.h"
#include "prenorm/probe/measurement.h"
#include "prenorm/probe/signal_recursion.h"

namespace prenorm::probe {

// What a stack starts with.
struct StackStart {
  SignalState state;
  std::vector<double> lengths;  // tokens of each sequence
};

// Reads one batch of the task, forward only, for what stack_starts() needs.
Measurement measure_starts(updates::Task& task);

// The starts of the stacks that a model has, from the states of its embeddings; empty if not all of them were measured
// with their sequences.
std::map<Stack, StackStart> stack_starts(const ModelConfig& config, const Measurement& measurement);

// The specification of a stack's sublayers, in order. `lengths` are those of the stack and `memory` those of what
// cross-attention reads; without a memory there is no cross-attention. Scales that start from a batch (admin) are 1.
std::vector<SublayerSpec> sublayer_specs(const ModelConfig& config, Stack stack, const std::vector<double>& lengths,
                                         const std::vector<double>* memory);

struct StackSignal {
  Stack stack = Stack::kEncoder;
  std::vector<std::string> names{};  // "encoder.layers.0.self_attention", one for each sublayer
  std::vector<SublayerSpec> specs{};
  std::vector<SublayerSignal> sublayers{};
  SignalState output{};                    // of the stack, after its last norm
  std::vector<double> gradient_profile{};  // of each layer's W2, over the last: gradient_profile()
};

// The stacks that the model has, in the order of computation. It holds at initialisation, for every placement and norm.
// Empty if `starts` lacks one of them.
std::vector<StackSignal> predict_signal(const ModelConfig& config, const std::map<Stack, StackStart>& starts);

}  // namespace prenorm::probe
