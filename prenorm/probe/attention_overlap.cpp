#include "prenorm/probe/attention_overlap.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

// 1/Z² is ∫∫ exp(-t Z) exp(-u Z') dt du, which turns expectations over n independent scores into powers of one
// expectation (and for one query alone 1/Z² = ∫ t exp(-t Z) dt):
//
//   E Σ_j A_ij²      = n ∫ t   E[e^2s exp(-t e^s)]                 E[exp(-t e^s)]^(n-1)                dt
//   E Σ_j A_ij A_kj  = n ∫∫    E[e^(s+s') exp(-t e^s - u e^s')]    E[exp(-t e^s - u e^s')]^(n-1)    dt du
//
// integrated over ln t and ln u.
namespace prenorm::probe {
namespace {

constexpr double kGaussianReach = 8, kMostVariance = 100, kLogStep = 0.5;

// Nodes of a Gaussian number, with their weights; fine enough for functions of deviation · z that change within 1.
struct Gaussian {
  explicit Gaussian(double deviation) {
    const double step = std::min(0.25, 0.5 / std::max(deviation, 1e-9));
    for (double z = -kGaussianReach; z <= kGaussianReach; z += step) {
      nodes.push_back(z);
      weights.push_back(step * std::exp(-z * z / 2) / std::sqrt(2 * std::numbers::pi));
    }
  }
  std::vector<double> nodes, weights;
};

// The values of ln t from where nothing is left of e^s t to where nothing is left of exp(-t e^s).
std::vector<double> log_times(double deviation, double keys) {
  std::vector<double> times;
  for (double x = -kGaussianReach * deviation - std::log(keys) - 20; x < kGaussianReach * deviation + 5; x += kLogStep)
    times.push_back(x);
  return times;
}

double own_overlap(double deviation, double keys) {
  if (keys <= 1) return 1;
  const Gaussian g(deviation);
  double sum = 0;
  for (const double x : log_times(deviation, keys)) {
    double squared = 0, none = 0;
    for (std::size_t i = 0; i < g.nodes.size(); ++i) {
      const double u = x + deviation * g.nodes[i], gone = std::exp(-std::exp(u));
      squared += g.weights[i] * std::exp(2 * u) * gone;
      none += g.weights[i] * gone;
    }
    sum += squared * std::pow(none, keys - 1);
  }
  return std::min(1.0, keys * sum * kLogStep);
}

// E[f(x + s)] for f = e^u exp(-e^u) and f = exp(-e^u) at each time and each value of the part of s that is given.
struct Conditional {
  Conditional(const std::vector<double>& times, const std::vector<double>& given, double deviation) {
    const Gaussian g(deviation);
    for (const double x : times)
      for (const double mean : given) {
        double one = 0, none = 0;
        for (std::size_t i = 0; i < g.nodes.size(); ++i) {
          const double u = x + mean + deviation * g.nodes[i], gone = g.weights[i] * std::exp(-std::exp(u));
          one += std::exp(u) * gone;
          none += gone;
        }
        ones.push_back(one);
        nones.push_back(none);
      }
  }
  std::vector<double> ones, nones;
};

// Both scores are √c of a common Gaussian number and √(1 - c) of their own ones.
double shared_overlap(double deviation, double correlation, double keys) {
  if (keys <= 1) return 1;
  const Gaussian common(std::sqrt(correlation) * deviation);
  std::vector<double> given;
  for (const double z : common.nodes) given.push_back(std::sqrt(correlation) * deviation * z);
  const std::vector<double> times = log_times(deviation, keys);
  const Conditional f(times, given, std::sqrt(1 - correlation) * deviation);
  const std::size_t n = given.size();
  double sum = 0;
  for (std::size_t x = 0; x < times.size(); ++x)
    for (std::size_t y = 0; y <= x; ++y) {
      double ones = 0, nones = 0;
      for (std::size_t i = 0; i < n; ++i) {
        ones += common.weights[i] * f.ones[x * n + i] * f.ones[y * n + i];
        nones += common.weights[i] * f.nones[x * n + i] * f.nones[y * n + i];
      }
      sum += (x == y ? 1 : 2) * ones * std::pow(nones, keys - 1);
    }
  return std::min(1.0, keys * sum * kLogStep * kLogStep);
}

}  // namespace

// The keys of the later of two causal queries bound their overlap.
KeyCounts keys_of(std::span<const double> lengths, bool causal) {
  double most = 1, queries = 0, pairs = 0, own = 0, shared = 0;  // numbers of both, and sums over them of 1/keys
  for (const double length : lengths) {
    most = std::max(most, length);
    queries += length;
    pairs += length * (length - 1) / 2;
    if (!causal) {
      own += 1;
      shared += (length - 1) / 2;
    } else {
      for (double k = 1; k <= length; ++k) {
        own += 1 / k;
        shared += (k - 1) / k;
      }
    }
  }
  return {queries > 0 ? queries / own : 1, pairs > 0 ? pairs / shared : 1, most};
}

AttentionOverlap overlap_in_limit(double score_variance, double keys) {
  if (score_variance <= 0) return {0, 0};
  return {std::max(0.0, 1 - std::sqrt(2 * std::log(keys) / score_variance)), 0};
}

AttentionOverlap overlap_of(double score_variance, double correlation, const KeyCounts& keys) {
  const double variance = std::clamp(score_variance, 0.0, kMostVariance), c = std::clamp(correlation, 0.0, 1.0);
  if (variance == 0) return {1 / keys.own, 1 / keys.shared};
  const double deviation = std::sqrt(variance);
  return {own_overlap(deviation, keys.own), shared_overlap(deviation, c, keys.shared)};
}

}  // namespace prenorm::probe
