#include <fmt/format.h>

#include "prenorm/base/statistics.h"
#include "prenorm/papers/norm_only/figures.h"

namespace prenorm::papers::norm_only {

void add_sparse_figure(const std::vector<SparseWidth>& widths, Results& results) {
  Figure figure{"Solvable draws with sparse frozen weights",
                "probability p that an entry is kept",
                "share of draws with full rank",
                false,
                false,
                {},
                "Dashed: the probability that no row of W1 and no column of W2 is all zero."};
  for (const SparseWidth& w : widths) {
    Curve measured{fmt::format("d = {}", w.width), {}, {}},
        theory{fmt::format("d = {}, theory", w.width), {}, {}, true};
    for (std::size_t i = 0; i < 5; ++i) {  // ascending
      measured.x.push_back(w.points[i].p);
      measured.y.push_back(w.points[i].full_rank);
      theory.y.push_back(no_empty_unit_probability(w.width, w.points[i].p));
    }
    theory.x = measured.x;
    figure.curves.push_back(measured);
    figure.curves.push_back(theory);
  }
  results.figures.push_back(figure);
}

void add_descent_figures(const DescentStudy& study, Results& results) {
  Figure linear{"Gradient descent on the scales of a linear pair, d = 8",
                "step",
                "|W2 diag(gamma) W1 - W*|^2 / |W*|^2",
                false,
                true,
                {},
                "First draw, from gamma = 1. Dashed: closed form from the singular values of K."};
  Figure students{"A ReLU student of which only scales and shifts are trained, d = 8",
                  "update",
                  "loss / variance of the teacher",
                  false,
                  true,
                  {},
                  "First draw; Adam from gamma = 1 and beta = 0."};
  for (std::size_t r = 0; r < study.ratios.size(); ++r) {
    const std::string name = fmt::format("m = {} d^2", kDescentRatios[r]);
    const LinearDescent& run = study.ratios[r].linear.at(0);
    Curve measured{name, {}, run.loss}, theory{name + ", theory", {}, run.expected, true};
    for (std::size_t t = 0; t < run.loss.size(); ++t) measured.x.push_back(static_cast<double>(t));
    theory.x = measured.x;
    linear.curves.push_back(measured);
    linear.curves.push_back(theory);
    students.curves.push_back({name, study.ratios[r].students.at(0).update, study.ratios[r].students.at(0).loss});
  }
  results.figures.push_back(linear);
  results.figures.push_back(students);
}

void add_language_figure(const std::vector<LanguageWidth>& widths, Results& results) {
  Figure figure{"A character language model by what is trained",
                "d_model",
                "validation loss, nats per character",
                true,
                false,
                {},
                "Means over seeds. The random weights are as many as those of the norms. Without training: above 4."};
  for (const Trained trained : {Trained::kAll, Trained::kNorms, Trained::kRandom}) {
    Curve curve{std::string(name_of(trained)), {}, {}};
    for (const LanguageWidth& width : widths) {
      curve.x.push_back(static_cast<double>(width.width));
      curve.y.push_back(mean_of(losses_of(width, trained)));
    }
    figure.curves.push_back(curve);
  }
  results.figures.push_back(figure);
}

}  // namespace prenorm::papers::norm_only
