// The theory's predictions for a model at initialisation: a number if there is one, else an interval.
//
// A branch f reads h with ‖h‖² = d after a LayerNorm and adds ‖f(h)‖² to the stream, orthogonally on average (Lemma 2
// of Xiong et al. 2020). The paper's constants are for d_ff = d; these are for any width, gain and activation.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "prenorm/base/interval.h"
#include "prenorm/config/placement.h"
#include "prenorm/probe/measurement.h"

namespace prenorm::probe {

// E‖FFN(h)‖² / ‖h‖² in a stack. The stack matters only for model.init_depth_scaled. For Xavier weights of variance
// 2 / (d + d_ff) and ReLU it is 2 d d_ff / (d + d_ff)², the paper's 1/2 if d_ff = d (Lemma 1). For other activations it
// is computed by quadrature.
double feed_forward_gain(const ModelConfig& config, Stack stack = Stack::kEncoder);
// E‖MHA(h)‖² / ‖h‖² is between 0, if the values of many unrelated positions average out, and the square of the values'
// gain, if all positions are the same.
Interval attention_gain(const ModelConfig& config, Stack stack = Stack::kEncoder);

struct PredictedState {
  std::string point;
  Interval squared_norm_over_d;
};

// Predicts ‖x‖²/d along a stack that starts with the value `input`: of the input of each LayerNorm under post_ln
// (`.norm_input`), and of the output of each sublayer (`.output`) under pre_ln, with or without its final norm, and
// sandwich_ln.
// `memory`: ‖x‖²/d of what cross-attention reads; nullopt if the decoder has none. Empty for other placements.
std::vector<PredictedState> predict_states(const ModelConfig& config, Stack stack, double input,
                                           std::optional<Interval> memory = Interval{1, 1});

// The last layer's W² gradient under pre_ln over that under post_ln, from the inputs of their last LayerNorms. It is
// the ratio of the scales of their Jacobians, √(‖x⁵‖²/‖x_{L+1}‖²), by the mechanism of Theorem 1 without its bounds.
double last_layer_pre_over_post(double post_squared_norm_over_d, double pre_squared_norm_over_d);

// The norm of each layer's W² gradient over that of the stack's last layer, from measured states: the product of the
// factors by which the sublayers above change a gradient on its way down.
//
// With q = ‖branch‖²/‖input‖², x + f(x) multiplies a squared gradient by 1 + q if f passes gradients as it passes
// states. A feed-forward network does; attention does for gradients that all positions share. If gradients cancel in
// attention's average, x + f(x) leaves them unchanged. Under post_ln, the LayerNorm after it divides by 1 + q. The
// interval reaches from gradients that cancel to gradients that are shared:
//   pre_ln:   from Π √(1 + q_ffn) to Π √(1 + q) = ‖x_{L+1}‖/‖x_{l+1}‖
//   post_ln:  from Π 1/√(1 + q_attention) to 1
// Empty for other placements.
std::vector<Interval> predict_gradient_profile(const ModelConfig& config, Stack stack, const Measurement& measurement);

// Whether layers of the stack attend to another stack's output, as those of a translator's decoder do.
bool has_cross_attention(const Measurement& measurement, Stack stack);
// The state to compare with Lemma 2: the input of a layer's last normalisation if that follows the sum (x⁵ of post_ln),
// else the layer's output.
std::string state_of(const ModelConfig& config, Stack stack, std::int64_t layer);
// The output of a layer, after its last norm.
std::string output_of(Stack stack, std::int64_t layer);
// The W² of a layer, "decoder.layers.5.feed_forward.down.weight".
std::string w2_of(Stack stack, std::int64_t layer);

}  // namespace prenorm::probe
