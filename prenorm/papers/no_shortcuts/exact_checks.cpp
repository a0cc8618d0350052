// Checks without random numbers, in double precision: rounding is their only error.
#include <ATen/TensorOperators.h>
#include <ATen/ops/matmul.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "prenorm/nn/attention_shape.h"
#include "prenorm/papers/no_shortcuts/activation_map.h"
#include "prenorm/papers/no_shortcuts/check_values.h"
#include "prenorm/papers/no_shortcuts/checks.h"

namespace prenorm::papers::no_shortcuts {
namespace {

constexpr const char* kSource = "attention that preserves signals";

struct Shape {
  std::int64_t tokens, layers;
};
constexpr std::array<Shape, 3> kShapes = {{{128, 12}, {128, 36}, {512, 36}}};

// Over all layers.
struct MatrixFigures {
  double kernel_error = 0, closed_form_error = 0, row_sum_error = 0, diagonal_error = 0;
  double model_error = 0;  // of what models of prenorm add to scores and multiply rows with
  double least_entry = 0;  // below or on the diagonal
  double greatest_row_sum = 0;
};

double greatest_entry(const at::Tensor& t) { return t.abs().max().item<double>(); }

// The attention with which a layer of nn/ starts.
at::Tensor model_attention(Method method, const Shape& s, std::int64_t layer) {
  const bool exponential = method == Method::kExponential;
  const nn::LogAttention a = nn::log_attention({exponential ? AttentionShaping::kESpa : AttentionShaping::kUSpa, layer,
                                                s.layers, exponential ? kDecay : kCorrelation, /*causal=*/true},
                                               s.tokens);
  return a.scores.exp().tril() * a.row_sums.unsqueeze(1);
}

MatrixFigures figures_of_matrices(Method method, const Shape& s) {
  MatrixFigures f;
  f.least_entry = kUnbounded;
  const double diagonal = std::pow(1 - std::exp(-2 * kDecay), 0.5 / static_cast<double>(s.layers));
  for (std::int64_t layer = 1; layer <= s.layers; ++layer) {
    const at::Tensor a = attention_of(method, s.tokens, layer, s.layers);
    const at::Tensor before = target_kernel(method, s.tokens, layer - 1, s.layers);
    const at::Tensor after = target_kernel(method, s.tokens, layer, s.layers);
    f.kernel_error = std::max(f.kernel_error, greatest_entry(at::matmul(at::matmul(a, before), a.t()) - after));
    f.model_error = std::max(f.model_error, greatest_entry(model_attention(method, s, layer) - a));
    f.least_entry = std::min(f.least_entry, (a + (a * 0 + 1).triu(1)).min().item<double>());
    f.greatest_row_sum = std::max(f.greatest_row_sum, a.sum(1).max().item<double>());
    if (method != Method::kExponential) continue;
    const at::Tensor log_a = log_exponential_attention(s.tokens, layer, s.layers), closed = log_a.exp().tril();
    f.closed_form_error = std::max(f.closed_form_error, greatest_entry(closed - a));
    // What a model adds to its scores is ln(A / its row sum).
    const at::Tensor bias = log_a - closed.sum(1, /*keepdim=*/true).log();
    f.row_sum_error = std::max(f.row_sum_error, greatest_entry(bias.exp().tril().sum(1) - 1));
    f.diagonal_error = std::max(f.diagonal_error, greatest_entry(a.diagonal().narrow(0, 1, s.tokens - 1) - diagonal));
  }
  return f;
}

// Computed elsewhere in double precision, to four digits.
double known_row_sum(const Shape& s) { return s.layers == 12 ? 1.896 : 1.436; }

void check_shape(const Shape& s, std::vector<Check>& checks) {
  const CheckSetting at = {{"layers", static_cast<double>(s.layers)}, {"tokens", static_cast<double>(s.tokens)}};
  const Interval exact{0, 1e-10};
  for (const Method method : {Method::kUniform, Method::kExponential}) {
    const MatrixFigures f = figures_of_matrices(method, s);
    const std::string prefix = check_prefix(method);
    checks.push_back({prefix + "kernel_error", kSource, at, f.kernel_error, 0, exact,
                      "A_l K_(l-1) A_l^T less K_l, greatest entry of all layers"});
    checks.push_back({prefix + "least_entry",
                      kSource,
                      at,
                      f.least_entry,
                      0,
                      {0, kUnbounded},
                      "least entry of all A_l on and below the diagonal: softmax can have no negative one"});
    checks.push_back({prefix + "model_attention", kSource, at, f.model_error, 0, exact,
                      "attention of nn/attention_shape less A_l by Cholesky factors, greatest entry of all layers"});
    if (method != Method::kExponential) continue;
    checks.push_back({prefix + "closed_form", kSource, at, f.closed_form_error, 0, exact,
                      "closed form less Cholesky factors, greatest entry of all layers"});
    checks.push_back({prefix + "bias_row_sum", kSource, at, f.row_sum_error, 0, exact,
                      "sum of exp(bias) over a row less 1, greatest"});
    checks.push_back({prefix + "diagonal", kSource, at, f.diagonal_error, 0, exact,
                      "diagonal of A_l, rows after the first, less a^(1/L) with a = sqrt(1 - exp(-2 gamma_L))"});
    checks.push_back({prefix + "row_sum",
                      kSource,
                      at,
                      f.greatest_row_sum,
                      known_row_sum(s),
                      {known_row_sum(s) - 1e-3, known_row_sum(s) + 1e-3},
                      "greatest row sum of all A_l"});
  }
}

double exponential_mean(std::int64_t tokens) {
  double sum = 0;
  for (std::int64_t k = 1; k < tokens; ++k)
    sum += static_cast<double>(tokens - k) * std::exp(-kDecay * static_cast<double>(k));
  return 2 * sum / (static_cast<double>(tokens) * static_cast<double>(tokens - 1));
}

}  // namespace

void check_attention_matrices(std::vector<Check>& checks) {
  for (const Shape& s : kShapes) check_shape(s, checks);
}

void check_exact_kernels(std::vector<Check>& checks) {
  const std::vector<at::Tensor> plain = attention_kernels(Method::kPlain, 128, 18);
  struct Collapse {
    std::size_t layers;
    double mean_cosine, least_cosine;
  };
  constexpr std::array<Collapse, 7> kCollapse = {{{1, 0.669, 0.088},
                                                  {2, 0.896, 0.343},
                                                  {3, 0.951, 0.604},
                                                  {4, 0.975, 0.785},
                                                  {6, 0.993, 0.947},
                                                  {8, 0.9985, 0.990},
                                                  {12, 0.99998, 0.9998}}};
  for (const Collapse& c : kCollapse) {
    const KernelFigures f = figures_of(plain.at(c.layers));
    const CheckSetting at = {{"layers", static_cast<double>(c.layers)}};
    checks.push_back({"plain_mean_cosine", "rank collapse", at, f.mean_cosine, c.mean_cosine,
                      around(c.mean_cosine, 6e-4), "mean cosine of two of 128 tokens"});
    checks.push_back({"plain_least_cosine", "rank collapse", at, f.least_cosine, c.least_cosine,
                      around(c.least_cosine, 6e-4), "least cosine of two of 128 tokens"});
  }
  for (const Shape& s : kShapes) {
    const CheckSetting at = {{"layers", static_cast<double>(s.layers)}, {"tokens", static_cast<double>(s.tokens)}};
    const KernelFigures f = figures_of(attention_kernels(Method::kExponential, s.tokens, s.layers).back());
    const double mean = exponential_mean(s.tokens), least = std::exp(-kDecay * static_cast<double>(s.tokens - 1));
    checks.push_back({"e_spa_mean_cosine", kSource, at, f.mean_cosine, mean, around(mean, 1e-10),
                      "mean cosine after all layers, which are multiplied out"});
    checks.push_back({"e_spa_least_cosine", kSource, at, f.least_cosine, least, around(least, 1e-10),
                      "least cosine after all layers"});
  }
}

void check_activation_maps(std::vector<Check>& checks) {
  struct Row {
    std::int64_t layers;
    double slope, relu;
  };
  constexpr std::array<Row, 7> kRows = {{{6, 0, 0.777},
                                         {12, 0, 0.897},
                                         {18, 0.146, 0.940},
                                         {24, 0.239, 0.961},
                                         {36, 0.351, 0.979},
                                         {48, 0.421, 0.987},
                                         {72, 0.508, 0.994}}};
  for (const Row& row : kRows) {
    const CheckSetting at = {{"layers", static_cast<double>(row.layers)}};
    checks.push_back({"relu_map", "activation shaping", at, composed_map(0, row.layers), row.relu,
                      around(row.relu, 6e-4), "cosine after ReLU layers of two orthogonal inputs"});
    const double slope = slope_for(row.layers);
    checks.push_back({"tat_slope", "activation shaping", at, slope, row.slope, around(row.slope, 1e-3),
                      "negative slope with which the cosine becomes 0.9; 0 where ReLU stays below"});
    if (slope == 0) continue;
    checks.push_back({"tat_map", "activation shaping", at, composed_map(slope, row.layers), kTatTarget,
                      around(kTatTarget, 1e-10), "cosine after layers with this slope"});
  }
}

}  // namespace prenorm::papers::no_shortcuts
