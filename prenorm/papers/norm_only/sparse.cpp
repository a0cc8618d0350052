#include "prenorm/papers/norm_only/sparse.h"

#include <ATen/TensorOperators.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "prenorm/base/random.h"
#include "prenorm/papers/json.h"
#include "prenorm/papers/norm_only/khatri_rao.h"
#include "prenorm/papers/norm_only/matrices.h"

namespace prenorm::papers::norm_only {
namespace {

constexpr double kFactors[] = {0.7, 0.85, 1, 1.15, 1.3};
constexpr std::int64_t kRankDraws = 4;  // of each cell, for the mean rank

double draws_of(std::int64_t d, const Setting& s) {
  return std::ceil(static_cast<double>(s.sparse_work) * std::pow(16.0 / static_cast<double>(d), 4));
}

std::vector<double> probabilities_of(std::int64_t d) {
  std::vector<double> all;
  for (const double factor : kFactors) all.push_back(factor * expected_transition(d));
  all.push_back(paper_rate(d));
  all.push_back(1.1 * paper_rate(d));
  return all;
}

FrozenPair sparse_pair(std::int64_t d, double p, std::uint64_t key) {
  FrozenPair pair = frozen_pair(d, d * d, key);
  pair.first.mul_(random_mask("mask of W1", key, {d * d, d}, p));
  pair.second.mul_(random_mask("mask of W2", key, {d, d * d}, p));
  return pair;
}

bool has_empty_unit(const FrozenPair& pair) {
  return (pair.first.abs().amax(1) * pair.second.abs().amax(0)).min().item<double>() == 0;
}

nlohmann::json measure_cell(std::int64_t d, double p, std::int64_t draws, std::uint64_t seed) {
  double full = 0, unexplained = 0, nonzeros = 0, rank = 0;
  const std::int64_t rank_draws = std::min(kRankDraws, draws);
  for (std::int64_t draw = 0; draw < draws; ++draw) {
    Cells::stop_if_asked();
    const FrozenPair pair = sparse_pair(d, p, mix_key({name_key("sparse"), seed, static_cast<std::uint64_t>(draw)}));
    nonzeros += (pair.first.count_nonzero() + pair.second.count_nonzero()).item<double>();
    const bool empty = has_empty_unit(pair);  // K then has a column of zeros
    if (empty && draw >= rank_draws) continue;
    const Spectrum spectrum = spectrum_of(khatri_rao(pair.second, pair.first));
    if (draw < rank_draws) rank += static_cast<double>(spectrum.rank());
    if (spectrum.full_rank())
      ++full;
    else if (!empty)
      ++unexplained;
  }
  const double n = static_cast<double>(draws), equations = static_cast<double>(d * d);
  return {{"draws", n},
          {"full_rank", full / n},
          {"unexplained", unexplained / n},
          {"nonzeros", nonzeros / n / equations},
          {"rank_share", rank / static_cast<double>(rank_draws) / equations}};
}

}  // namespace

double no_empty_unit_probability(std::int64_t d, double p) {
  const auto n = static_cast<double>(d);
  return std::pow(1 - std::pow(1 - p, n), 2 * n * n);
}

double expected_transition(std::int64_t d) {
  const auto n = static_cast<double>(d);
  return 1 - std::pow(1 - std::pow(0.5, 1 / (2 * n * n)), 1 / n);
}

double paper_rate(std::int64_t d) { return std::sqrt(std::log(static_cast<double>(d)) / static_cast<double>(d)); }

double SparseWidth::transition() const {
  for (std::size_t i = 1; i < std::size(kFactors); ++i) {
    const SparsePoint &low = points[i - 1], &high = points[i];
    if (low.full_rank < 0.5 && high.full_rank >= 0.5)
      return low.p + (high.p - low.p) * (0.5 - low.full_rank) / (high.full_rank - low.full_rank);
  }
  return std::numeric_limits<double>::quiet_NaN();
}

std::vector<SparseWidth> study_sparse(const Setting& s, const Cells& cells) {
  struct Cell {
    std::size_t width, point;
    std::uint64_t seed;
  };
  std::vector<SparseWidth> all;
  std::vector<Cell> order;
  std::vector<std::string> names;
  for (std::size_t w = s.sparse_widths.size(); w-- > 0;) {  // the widest takes longest and is first
    const std::int64_t d = s.sparse_widths[w];
    const std::vector<double> probabilities = probabilities_of(d);
    for (std::size_t point = 0; point < probabilities.size(); ++point)
      for (std::int64_t seed = 1; seed <= s.seeds; ++seed) {
        order.push_back({w, point, static_cast<std::uint64_t>(seed)});
        names.push_back(
            fmt::format("sparse, d {}, p {:.6f}, {} draws, seed {}", d, probabilities[point], draws_of(d, s), seed));
      }
  }
  const auto values = cells.get_all("sparse frozen matrices", names, CellThreads::kOneEach, [&](std::size_t i) {
    const std::int64_t d = s.sparse_widths[order[i].width];
    return measure_cell(d, probabilities_of(d)[order[i].point], std::lround(draws_of(d, s)), order[i].seed);
  });
  for (const std::int64_t d : s.sparse_widths) {
    SparseWidth& width = all.emplace_back(SparseWidth{d, {}});
    for (const double p : probabilities_of(d)) width.points.push_back({p});
  }
  const auto seeds = static_cast<double>(s.seeds);
  for (std::size_t i = 0; i < values.size(); ++i) {
    SparsePoint& point = all[order[i].width].points[order[i].point];
    point.draws += number_field(values[i], "draws");
    point.full_rank += number_field(values[i], "full_rank") / seeds;
    point.unexplained += number_field(values[i], "unexplained") / seeds;
    point.nonzeros += number_field(values[i], "nonzeros") / seeds;
    point.rank_share += number_field(values[i], "rank_share") / seeds;
  }
  return all;
}

}  // namespace prenorm::papers::norm_only
