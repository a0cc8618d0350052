#include "prenorm/papers/low_rank_sparse/samples.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/linalg_qr.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "prenorm/base/random.h"
#include "prenorm/nn/initialization.h"

namespace prenorm::papers::low_rank_sparse {
namespace {

struct TokenKind {
  std::int64_t pattern = 0;
  double sign = 1;
};

// A pattern of the class `label`.
TokenKind discriminative_kind(const DataLaw& law, int label, RandomStream& random) {
  if (law.discriminative == Discriminative::kOneDirection) return {0, static_cast<double>(label)};
  const std::int64_t per_class = law.directions() / 2;
  const auto within = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(per_class)));
  return {(label > 0 ? 0 : per_class) + within};
}

std::vector<TokenKind> draw_kinds(const DataLaw& law, int label, RandomStream& random) {
  std::vector<TokenKind> kinds(static_cast<std::size_t>(law.relevant), discriminative_kind(law, label, random));
  kinds.resize(static_cast<std::size_t>(law.relevant + law.confusing), discriminative_kind(law, -label, random));
  while (std::ssize(kinds) < law.tokens) {
    const std::uint64_t which = random.below(static_cast<std::uint64_t>(law.irrelevant()));
    kinds.push_back({law.directions() + static_cast<std::int64_t>(which)});
  }
  return kinds;
}

}  // namespace

std::int64_t DataLaw::directions() const {
  if (discriminative == Discriminative::kOneDirection) return 1;
  return discriminative == Discriminative::kTwoPatterns ? 2 : 4;
}

std::string name_of(const DataLaw& law) {
  return fmt::format("{}, M {}, d {}, L {}, {} relevant, {} confusing, noise {}, {} labels",
                     enum_name(law.discriminative), law.patterns, law.dimension, law.tokens, law.relevant,
                     law.confusing, law.noise, enum_name(law.labels));
}

at::Tensor draw_patterns(const DataLaw& law, std::uint64_t seed) {
  at::Tensor normal = at::empty({law.dimension, law.patterns}, at::kDouble);
  nn::normal(1)(normal, RandomStream(mix_key({name_key("patterns"), seed})));
  return std::get<0>(at::linalg_qr(normal)).t().contiguous();
}

Samples draw_samples(const DataLaw& law, const at::Tensor& patterns, std::uint64_t key, std::int64_t count) {
  Samples samples{at::empty({count, law.tokens, law.dimension}, at::kDouble), at::empty({count}, at::kDouble)};
  const double deviation = law.noise / std::sqrt(static_cast<double>(law.dimension));
  nn::normal(deviation)(samples.tokens, RandomStream(mix_key({name_key("noise"), key})));
  RandomStream random(mix_key({name_key("tokens"), key}));
  auto *token = samples.tokens.data_ptr<double>(), *labels = samples.labels.data_ptr<double>();
  const auto* pattern = patterns.data_ptr<double>();
  for (std::int64_t s = 0; s < count; ++s) {
    const int label = random.below(2) == 0 ? 1 : -1;
    labels[s] = label;
    for (const TokenKind& kind : draw_kinds(law, label, random)) {
      for (std::int64_t i = 0; i < law.dimension; ++i)
        token[i] += kind.sign * pattern[kind.pattern * law.dimension + i];
      token += law.dimension;
    }
  }
  std::span drawn(labels, static_cast<std::size_t>(count));
  if (law.labels == Labels::kShuffled) shuffle(drawn, random);
  if (law.labels == Labels::kRandom)
    for (double& label : drawn) label = random.below(2) == 0 ? 1 : -1;
  return samples;
}

}  // namespace prenorm::papers::low_rank_sparse
