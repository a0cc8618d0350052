#include "prenorm/papers/norm_only/networks.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "prenorm/base/random.h"
#include "prenorm/papers/json.h"
#include "prenorm/papers/norm_only/evaluate.h"
#include "prenorm/papers/norm_only/matrices.h"

namespace prenorm::papers::norm_only {
namespace {

constexpr double kNorms[] = {1, 1.1, 1.2, 1.3, 1.4, 1.6, 1.8, 2, 2.5, 3};
constexpr std::int64_t kOutsideInputs = 2000;

nlohmann::json measure_outside(std::uint64_t seed) {
  const std::vector<at::Tensor> target = relu_target(kMainWidth, 1, seed);
  const Built built = build(target, {.key = seed});
  std::vector<double> off_share, error_on, error_off;
  for (const double norm : kNorms) {
    const auto place = static_cast<std::uint64_t>(norm * 100);
    const at::Tensor z =
        random_directions(kMainWidth, at::full({kOutsideInputs}, norm, at::kDouble), mix_key({seed, place}));
    at::Tensor least;
    const at::Tensor errors = relative_errors(built.network(z, &least), target_outputs(target, z));
    const at::Tensor off = least < 0;
    const double count = off.sum().item<double>();
    off_share.push_back(count / kOutsideInputs);
    error_on.push_back(errors.masked_fill(off, 0).max().item<double>());
    error_off.push_back(count > 0 ? errors.masked_fill(off.logical_not(), 0).sum().item<double>() / count : 0);
  }
  return {{"off_share", numbers_to_json(off_share)},
          {"error_on", numbers_to_json(error_on)},
          {"error_off", numbers_to_json(error_off)}};
}

Normalization with_random_statistics(const Normalization& plain, std::uint64_t key) {
  const MatrixSize size{1, plain.scale.size(0)};
  const at::Tensor mean = normal_matrix("means", key, size, 1)[0];
  const at::Tensor deviation = normal_matrix("deviations", key, size, 1)[0].exp();
  return plain.with_statistics(mean, deviation);
}

// The probability that the cosine of two random directions in d dimensions exceeds c > 0: its density is proportional
// to (1 - t^2)^((d - 3) / 2). By Simpson's rule.
double cosine_tail(std::int64_t d, double c) {
  const auto integral = [&](double from, double to) {
    constexpr int kSteps = 1000;
    const double step = (to - from) / kSteps;
    double sum = 0;
    for (int i = 0; i <= kSteps; ++i) {
      const double t = from + step * i, weight = i == 0 || i == kSteps ? 1 : i % 2 == 1 ? 4 : 2;
      sum += weight * std::pow(std::max(0.0, 1 - t * t), static_cast<double>(d - 3) / 2);
    }
    return sum * step / 3;
  };
  return integral(c, 1) / integral(-1, 1);
}

}  // namespace

std::vector<NetworkCase> study_networks(const Setting& s, const Cells& cells) {
  std::vector<NetworkCase> all;
  std::vector<std::string> names;
  for (const std::int64_t d : s.network_widths)
    for (const std::int64_t depth : s.depths) {
      all.push_back({d, depth, {}});
      names.push_back(fmt::format("d {}, l {}", d, depth));
    }
  const std::vector<Draws> draws =
      measure_draws({"networks", names, s.seeds, s.draws}, cells, [&](std::size_t i, std::uint64_t key) {
        const std::vector<at::Tensor> target = relu_target(all[i].width, all[i].depth, key);
        return draw_of(build(target, {.key = key}), target, key);
      });
  for (std::size_t i = 0; i < all.size(); ++i) all[i].draws = draws[i];
  return all;
}

OutsideStudy study_outside(const Setting& s, const Cells& cells) {
  OutsideStudy study{{std::begin(kNorms), std::end(kNorms)}, {}};
  std::vector<std::string> names;
  for (std::int64_t seed = 1; seed <= s.seeds; ++seed)
    names.push_back(fmt::format("outside the unit ball, d {}, {} inputs, seed {}", kMainWidth, kOutsideInputs, seed));
  const auto values = cells.get_all("outside the unit ball", names, CellThreads::kOneEach,
                                    [](std::size_t i) { return measure_outside(i + 1); });
  for (const auto& value : values)
    study.seeds.push_back(
        {numbers_field(value, "off_share"), numbers_field(value, "error_on"), numbers_field(value, "error_off")});
  return study;
}

double expected_off_share(std::int64_t d, double norm) {
  return 1 - std::pow(1 - cosine_tail(d, 1 / norm), static_cast<double>(d * d));
}

std::vector<double> study_folding(const Setting& s, const Cells& cells) {
  const std::vector<Draws> draws =
      measure_draws({"folded statistics", {fmt::format("d {}, l 2", kMainWidth)}, s.seeds, 5}, cells,
                    [](std::size_t, std::uint64_t key) {
                      const Built built = build(relu_target(kMainWidth, 2, key), {.key = key});
                      Network network = built.network;
                      std::uint64_t place = 0;
                      for (Pair& pair : network.pairs)
                        for (Normalization* norm : {&pair.inner, &pair.outer})
                          *norm = with_random_statistics(*norm, mix_key({key, ++place}));
                      const at::Tensor z = unit_ball(kMainWidth, 1000, key);
                      Draw draw;
                      draw.output_error = relative_errors(network(z), built.network(z)).max().item<double>();
                      return draw;
                    });
  return column(draws[0], &Draw::output_error);
}

}  // namespace prenorm::papers::norm_only
