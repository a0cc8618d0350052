// The kernels of He et al. 2023 over the locations of a sequence, and the attention that turns one into the next, by
// Cholesky factors in double precision. Nothing here uses the closed forms of nn/, which experiments compare with it.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string_view>
#include <vector>

namespace prenorm::papers::no_shortcuts {

// Attention of networks without shortcuts: causal softmax, and the three that preserve signals.
enum class Method : std::uint8_t { kPlain, kUniform, kExponential, kValueSkip };
std::string_view name_of(Method method);  // "plain", "U-SPA", "E-SPA", "V-SkipInit"

inline constexpr double kDecay = 0.005;      // gamma_L of E-SPA
inline constexpr double kCorrelation = 0.8;  // rho_L of U-SPA

// exp(-gamma |i - j|), [tokens, tokens]; the identity for gamma = infinity.
at::Tensor exponential_kernel(std::int64_t tokens, double gamma);
// 1 on the diagonal, rho elsewhere.
at::Tensor uniform_kernel(std::int64_t tokens, double rho);
// gamma_l for layer = 1 ... layers; infinity for layer 0.
double decay_of_layer(double last, std::int64_t layer, std::int64_t layers);

// The kernel after `layer` layers of a method that preserves signals, from the identity.
at::Tensor target_kernel(Method method, std::int64_t tokens, std::int64_t layer, std::int64_t layers);
// The attention matrix of layer 1 ... layers at initialisation, times its location-dependent scale: for kPlain the mean
// of the prefix, for kValueSkip the identity, else by Cholesky factors.
at::Tensor attention_of(Method method, std::int64_t tokens, std::int64_t layer, std::int64_t layers);
// The lower triangular A with A before A^T = after.
at::Tensor attention_between(const at::Tensor& before, const at::Tensor& after);
// E-SPA without Cholesky factors: ln A_ij for j <= i, 0 above the diagonal, layer = 1 ... layers.
at::Tensor log_exponential_attention(std::int64_t tokens, std::int64_t layer, std::int64_t layers);

// The kernels after 0 ... layers layers of attention with orthogonal values, from the identity.
std::vector<at::Tensor> attention_kernels(Method method, std::int64_t tokens, std::int64_t layers);

// k_ij / sqrt(k_ii k_jj).
at::Tensor cosines_of(const at::Tensor& kernel);

// Figures of a kernel; cosines are those of different locations.
struct KernelFigures {
  double mean_cosine = 0, least_cosine = 0;
  double mean_diagonal = 0, least_diagonal = 0, greatest_diagonal = 0;
  double participation_ratio = 0;  // tr^2 / |K|_F^2: the number of directions if all are equal
};
KernelFigures figures_of(const at::Tensor& kernel);

}  // namespace prenorm::papers::no_shortcuts
