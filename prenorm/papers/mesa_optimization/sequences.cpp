#include "prenorm/papers/mesa_optimization/sequences.h"

#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "prenorm/base/random.h"

namespace prenorm::papers::mesa_optimization {
namespace {

// Box and Muller 1958, one number of each pair.
double standard_normal(RandomStream& random) {
  const double radius = std::sqrt(-2 * std::log(1 - random.uniform()));
  return radius * std::cos(2 * std::numbers::pi * random.uniform());
}

double random_sign(RandomStream& random) { return random.below(2) == 0 ? 1 : -1; }

std::vector<double> draw_start(const SequenceLaw& law, RandomStream& random) {
  std::vector<double> start(static_cast<std::size_t>(law.dimension), 0.0);
  if (law.start == StartLaw::kSparse) {
    const auto support = random.below(static_cast<std::uint64_t>(law.dimension));
    start[support] = law.scale * random_sign(random);
    return start;
  }
  for (double& x : start) {
    x = law.scale;
    if (law.start == StartLaw::kGaussian) x *= standard_normal(random);
    if (law.start == StartLaw::kSigns) x *= random_sign(random);
  }
  return start;
}

}  // namespace

std::string name_of(const SequenceLaw& law) {
  return fmt::format("{} {}, d {}, T {}", enum_name(law.start), law.scale, law.dimension, law.length);
}

std::string name_of(const DataSet& data) {
  return fmt::format("{}, {} {} sequences, seed {}", name_of(data.law), data.sequences,
                     data.role == DataRole::kTest ? "test" : "training", data.seed);
}

Sequence draw_sequence(const DataSet& data, std::int64_t i) {
  // Not the number of sequences: fewer of them are the first of more.
  RandomStream random(mix_key(
      {name_key(name_of(data.law)), static_cast<std::uint64_t>(data.role), data.seed, static_cast<std::uint64_t>(i)}));
  Sequence sequence{draw_start(data.law, random), {}};
  for (std::int64_t j = 0; j < data.law.dimension; ++j)
    sequence.phase.push_back(std::polar(1.0, 2 * std::numbers::pi * random.uniform()));
  return sequence;
}

std::vector<Complex> states_of(const Sequence& sequence, std::int64_t length) {
  std::vector<Complex> states;
  states.reserve(static_cast<std::size_t>(length) * sequence.start.size());
  for (const double x : sequence.start) states.emplace_back(x);
  for (std::int64_t t = 1; t < length; ++t)
    for (const Complex& phase : sequence.phase) states.push_back(phase * states[states.size() - sequence.phase.size()]);
  return states;
}

}  // namespace prenorm::papers::mesa_optimization
