#include <fmt/format.h>

#include <algorithm>

#include "prenorm/base/statistics.h"
#include "prenorm/papers/low_rank_sparse/figures.h"
#include "prenorm/papers/low_rank_sparse/over_models.h"
#include "prenorm/papers/low_rank_sparse/theory.h"

namespace prenorm::papers::low_rank_sparse {
namespace {

// The first singular values over the greatest.
Curve spectrum_curve(const std::string& name, const MatrixOutcome& matrix) {
  Curve curve{name, {}, {}};
  for (std::size_t i = 0; i < std::min<std::size_t>(10, matrix.update.size()); ++i) {
    curve.x.push_back(static_cast<double>(i + 1));
    curve.y.push_back(matrix.update[i] / matrix.update[0]);
  }
  return curve;
}

Figure spectrum_figure(const std::string& title, const std::string& note) {
  return {title, "number of the singular value", "singular value / first", false, true, {}, note};
}

Figure matrices_figure(const Trainings& t) {
  Figure figure = spectrum_figure("Singular values of updates, two patterns",
                                  "Trained minus initial weights. Random labels: the same model without a signal.");
  for (const MatrixIndex i : kAllMatrices)
    figure.curves.push_back(spectrum_curve(kMatrixNames.at(i), t.two_patterns[0].matrices.at(i)));
  figure.curves.push_back(spectrum_curve("W_V, random labels", t.random_labels[0].matrices[kValue]));
  figure.curves.push_back(spectrum_curve("W_O, random labels", t.random_labels[0].matrices[kOutput]));
  return figure;
}

Figure count_figure(const Trainings& t) {
  Figure figure = spectrum_figure("Singular values of the update of W_Q by discriminative patterns",
                                  "The rank of attention's updates is the number of discriminative patterns.");
  figure.curves.push_back(spectrum_curve("one direction", t.one_direction[0].matrices[kQuery]));
  figure.curves.push_back(spectrum_curve("two patterns", t.two_patterns[0].matrices[kQuery]));
  figure.curves.push_back(spectrum_curve("four patterns", t.four_patterns[0].matrices[kQuery]));
  return figure;
}

Figure response_figure(const Trainings& t) {
  Figure figure{"Response of updates to irrelevant patterns, by number of patterns",
                "number of patterns M",
                "mean |dW mu_j|, irrelevant / relevant",
                true,
                true,
                {},
                "Means over models. Dashed: from the response to mu_1 + mu_2, of which each of the M - 2 irrelevant "
                "patterns takes an equal part."};
  for (const MatrixIndex i : {kQuery, kKey, kValue}) {
    Curve measured{kMatrixNames.at(i), {}, {}}, theory{fmt::format("{}, theory", kMatrixNames.at(i)), {}, {}, true};
    for (const auto& [patterns, models] : t.by_patterns) {
      measured.x.push_back(static_cast<double>(patterns));
      measured.y.push_back(mean_of(each_matrix(models, {i}, response_ratio)));
      theory.y.push_back(mean_of(each_matrix(models, {i}, [&, patterns = patterns](const MatrixOutcome& m) {
        return expected_response_ratio(two_patterns_among(patterns), i, m);
      })));
    }
    theory.x = measured.x;
    figure.curves.push_back(measured);
    figure.curves.push_back(theory);
  }
  return figure;
}

HeatMap response_map(const std::string& title, const std::string& y_label) {
  HeatMap map{title, "pattern", y_label, "|dW mu_j| / greatest of the row", {}, {}, {}, true, {}};
  for (std::int64_t j = 1; j <= DataLaw{}.patterns; ++j) map.x.push_back(std::to_string(j));
  return map;
}

void add_row(HeatMap& map, const std::string& name, const MatrixOutcome& matrix) {
  map.y.push_back(name);
  for (const double response : matrix.responses) map.values.push_back(response / greatest(matrix.responses));
}

}  // namespace

void add_rank_figures(const Trainings& t, Results& results) {
  results.figures.push_back(matrices_figure(t));
  results.figures.push_back(count_figure(t));
  results.figures.push_back(response_figure(t));
}

void add_heat_maps(const Trainings& t, Results& results) {
  HeatMap matrices = response_map("Response of updates to each pattern, two patterns", "matrix");
  for (const MatrixIndex i : kAllMatrices) add_row(matrices, kMatrixNames.at(i), t.two_patterns[0].matrices.at(i));
  HeatMap counts = response_map("Response of the update of W_Q to each pattern", "data");
  add_row(counts, "one direction", t.one_direction[0].matrices[kQuery]);
  add_row(counts, "two patterns", t.two_patterns[0].matrices[kQuery]);
  add_row(counts, "four patterns", t.four_patterns[0].matrices[kQuery]);
  results.heat_maps = {matrices, counts};
}

}  // namespace prenorm::papers::low_rank_sparse
