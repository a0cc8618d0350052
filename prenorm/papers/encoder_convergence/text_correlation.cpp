#include "prenorm/papers/encoder_convergence/text_correlation.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

#include "prenorm/base/statistics.h"
#include "prenorm/nn/initialization.h"

namespace prenorm::papers::encoder_convergence {
namespace {

constexpr std::size_t kWords = 20;
constexpr std::int64_t kDimension = 100;

// X^T X as a row.
at::Tensor second_moment(const Document& document) {
  at::Tensor words = at::empty({std::ssize(document), kDimension}, at::kDouble);
  for (std::size_t i = 0; i < document.size(); ++i) {
    at::Tensor row = words.select(0, static_cast<std::int64_t>(i));
    nn::normal(1 / std::sqrt(static_cast<double>(kDimension)))(row, RandomStream(name_key(document[i])));
  }
  return words.t().mm(words).reshape({1, -1});
}

}  // namespace

std::vector<Document> read_documents(const std::vector<std::string>& lines, std::size_t count) {
  std::vector<Document> documents;
  Document current;
  for (const std::string& line : lines) {
    std::istringstream words(line);
    for (std::string word; current.size() < kWords && words >> word;) current.push_back(word);
    if (!line.empty()) continue;
    if (current.size() == kWords) documents.push_back(std::move(current));
    current.clear();
    if (documents.size() == count) break;
  }
  return documents;
}

TextCorrelation correlation_of(const std::vector<Document>& documents) {
  const std::int64_t count = std::ssize(documents);
  at::Tensor moments = at::empty({count, kDimension * kDimension}, at::kDouble);
  for (std::int64_t n = 0; n < count; ++n) {
    const at::Tensor moment = second_moment(documents[static_cast<std::size_t>(n)]);
    moments.narrow(0, n, 1).copy_(moment / moment.norm());
  }
  const at::Tensor products = moments.mm(moments.t());
  TextCorrelation correlation;
  for (std::int64_t n = 0; n < count; ++n) {
    const double* row = products.data_ptr<double>() + n * count;
    correlation.pairs.insert(correlation.pairs.end(), row, row + n);
  }
  std::sort(correlation.pairs.begin(), correlation.pairs.end());
  return correlation;
}

TextCorrelation::Tail TextCorrelation::tail(std::size_t count) const {
  const double mean = mean_of(pairs), total = static_cast<double>(pairs.size()), least = std::log(10 / total);
  Tail tail;
  for (std::size_t i = 0; i < count; ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(count - 1);
    const double above = total * std::exp(std::log(0.1) * (1 - share) + least * share);
    const double t = pairs[pairs.size() - static_cast<std::size_t>(std::lround(above))];
    const auto at_least = pairs.end() - std::lower_bound(pairs.begin(), pairs.end(), t);
    tail.t.push_back(t / mean);
    tail.minus_log_probability.push_back(-std::log(static_cast<double>(at_least) / total));
  }
  return tail;
}

double TextCorrelation::exponent() const {
  const Tail points = tail(50);
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < points.t.size(); ++i)
    least = std::min(least, std::log(points.minus_log_probability[i]) / std::log(points.t[i]));
  return least;
}

}  // namespace prenorm::papers::encoder_convergence
