#include "prenorm/papers/benign_overfitting/attention.h"

#include <algorithm>
#include <cmath>

namespace prenorm::papers::benign_overfitting {
namespace {

double dot(const double* a, const double* b, std::int64_t count) {
  double sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t i = 0; i < count; ++i) sum += a[i] * b[i];
  return sum;
}

void add_multiple(double* to, double factor, const double* from, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) to[i] += factor * from[i];
}

}  // namespace

Attention::Attention(Layout layout, std::int64_t patches)
    : layout_(layout),
      patches_(patches),
      weights_(index(patches * patches)),
      scores_(index(patches)),
      outputs_(index(patches)) {}

void Attention::compute_weights(std::span<const double* const> patches) {
  for (std::int64_t l = 0; l < patches_; ++l) {
    double* row = &weights_[index(l * patches_)];
    for (std::int64_t j = 0; j < patches_; ++j)
      row[j] = dot(patches[index(l)], patches[index(j)] + layout_.keys, layout_.keys);
    const double largest = *std::max_element(row, row + patches_);
    double sum = 0;
    for (std::int64_t j = 0; j < patches_; ++j) sum += row[j] = std::exp(row[j] - largest);
    for (std::int64_t j = 0; j < patches_; ++j) row[j] /= sum;
  }
}

double Attention::forward(std::span<const double* const> patches, std::span<const double> head) {
  compute_weights(patches);
  for (std::int64_t j = 0; j < patches_; ++j)
    scores_[index(j)] = dot(patches[index(j)] + 2 * layout_.keys, head.data(), layout_.values);
  double sum = 0;
  for (std::int64_t l = 0; l < patches_; ++l)
    sum += outputs_[index(l)] = dot(&weights_[index(l * patches_)], scores_.data(), patches_);
  return sum / static_cast<double>(patches_);
}

void Attention::add_gradient(double scale, std::span<const double* const> patches, std::span<const double> head,
                             std::span<double* const> gradients, std::span<double> head_gradient) const {
  const double share = scale / static_cast<double>(patches_);
  for (std::int64_t l = 0; l < patches_; ++l)
    for (std::int64_t j = 0; j < patches_; ++j) {
      const double by_value = share * weight(l, j);
      const double by_logit = by_value * (score(j) - outputs_[index(l)]);
      const double *query = patches[index(l)], *key = patches[index(j)] + layout_.keys, *value = key + layout_.keys;
      double *to_query = gradients[index(l)], *to_key = gradients[index(j)] + layout_.keys;
      add_multiple(to_query, by_logit, key, layout_.keys);
      add_multiple(to_key, by_logit, query, layout_.keys);
      add_multiple(to_key + layout_.keys, by_value, head.data(), layout_.values);
      add_multiple(head_gradient.data(), by_value, value, layout_.values);
    }
}

}  // namespace prenorm::papers::benign_overfitting
