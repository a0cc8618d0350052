#include "prenorm/probe/signal_recursion.h"

#include <algorithm>
#include <cmath>

#include "prenorm/base/error.h"

namespace prenorm::probe {
namespace {

// What differs between a query's keys: Var(score) without what all of them share.
double score_variance(const AttentionSpec& spec, const SignalState& query, const SignalState& keys) {
  return spec.score_gain * query.own * std::max(0.0, keys.own - keys.same);
}

AttentionOverlap overlap_of(const AttentionSpec& spec, double variance, const SignalState& query) {
  if (spec.fixed) return *spec.fixed;
  return spec.limit ? overlap_in_limit(variance, spec.keys.own) : overlap_of(variance, query.cosine(), spec.keys);
}

void attend(SublayerSignal& s, const AttentionSpec& spec, const SignalState& keys) {
  s.score_variance = score_variance(spec, s.read, keys);
  s.keys = spec.keys.most;
  s.overlap = overlap_of(spec, s.score_variance, s.read);
  const double differing = keys.own - keys.same;
  s.raw = {spec.value_gain * (keys.same + differing * s.overlap.own) + spec.bias,
           spec.value_gain * (keys.same + differing * s.overlap.shared) + spec.bias,
           spec.value_gain * keys.other + spec.bias, 0};
  // The gradient that all tokens share passes the average unchanged. Cross-attention hands it to the memory.
  s.transfer = s.kind == Sublayer::kCrossAttention ? 0 : spec.value_gain;
}

void feed_forward(SublayerSignal& s, const FeedForwardSpec& spec) {
  const double variance = spec.in_gain * s.read.own + spec.in_bias;
  const auto correlation = [&](double overlap) { return (spec.in_gain * overlap + spec.in_bias) / variance; };
  const auto product = [&](double c) {
    return spec.out_gain * product_of_values(spec.activation, variance, c) + spec.out_bias;
  };
  const double other = correlation(s.read.other);
  s.hidden_overlap = product_of_values(spec.activation, variance, other);
  s.raw = {product(1), product(correlation(s.read.same)), spec.out_gain * s.hidden_overlap + spec.out_bias, 0};
  s.transfer = spec.in_gain * spec.out_gain * product_of_slopes(spec.activation, variance, other);
}

double inverse_variance(const SignalState& x, NormKind norm) {
  return 1 / (norm == NormKind::kLayerNorm ? x.variance() : x.own);
}

}  // namespace

SignalState normed(const SignalState& x, NormKind norm) {
  if (norm == NormKind::kRmsNorm) return {1, x.same / x.own, x.other / x.own, x.mean / x.own};
  return {1, (x.same - x.mean) / x.variance(), (x.other - x.mean) / x.variance(), 0};
}

SignalState sum_of(double skip, const SignalState& x, double gain, const SignalState& branch) {
  const auto sum = [&](double a, double b) { return skip * skip * a + gain * gain * b; };
  return {sum(x.own, branch.own), sum(x.same, branch.same), sum(x.other, branch.other), sum(x.mean, branch.mean)};
}

SublayerSignal step(const SublayerSpec& spec, const SignalState& x, const std::optional<SignalState>& memory) {
  SublayerSignal s;
  s.kind = spec.kind;
  s.input = x;
  s.read = spec.norm_before ? normed(x, spec.norm) : x;
  if (const auto* attention = std::get_if<AttentionSpec>(&spec.f)) {
    if (spec.kind == Sublayer::kCrossAttention && !memory)
      throw_error<Error>("cross-attention needs the state of the memory that it reads");
    attend(s, *attention, spec.kind == Sublayer::kCrossAttention ? *memory : s.read);
  } else {
    feed_forward(s, std::get<FeedForwardSpec>(spec.f));
  }
  s.branch = spec.norm_branch ? normed(s.raw, spec.norm) : s.raw;
  s.sum = sum_of(spec.skip, x, spec.gain, s.branch);
  s.output = spec.norm_after ? normed(s.sum, spec.norm) : s.sum;
  return s;
}

std::vector<SublayerSignal> run(const std::vector<SublayerSpec>& specs, SignalState x,
                                const std::optional<SignalState>& memory) {
  std::vector<SublayerSignal> signals;
  for (const SublayerSpec& spec : specs) {
    signals.push_back(step(spec, x, memory));
    x = signals.back().output;
  }
  return signals;
}

GradientFactors gradient_factors(const SublayerSpec& spec, const SublayerSignal& s) {
  const double to_sum = spec.norm_after ? inverse_variance(s.sum, spec.norm) : 1;
  const double norm = spec.norm_branch ? inverse_variance(s.raw, spec.norm) : 1;
  const double to_branch = to_sum * spec.gain * spec.gain * norm;
  const double read = spec.norm_before ? inverse_variance(s.input, spec.norm) : 1;
  return {to_sum * spec.skip * spec.skip + to_branch * s.transfer * read, to_branch};
}

std::vector<double> gradient_profile(const std::vector<SublayerSpec>& specs,
                                     const std::vector<SublayerSignal>& signals) {
  std::vector<double> profile;
  double gradient = 1;  // squared, of the output of a sublayer
  for (std::size_t i = specs.size(); i-- > 0;) {
    const GradientFactors factors = gradient_factors(specs[i], signals[i]);
    if (specs[i].kind == Sublayer::kFeedForward)
      profile.push_back(std::sqrt(gradient * factors.to_branch * signals[i].hidden_overlap));
    gradient *= factors.to_input;
  }
  const double last = profile.empty() ? 1 : profile.front();
  for (double& norm : profile) norm /= last;
  std::reverse(profile.begin(), profile.end());
  return profile;
}

}  // namespace prenorm::probe
