#include <fmt/format.h>

#include <algorithm>

#include "prenorm/base/statistics.h"
#include "prenorm/papers/encoder_convergence/checks.h"
#include "prenorm/papers/encoder_convergence/seed_values.h"

namespace prenorm::papers::encoder_convergence {
namespace {

// A quantity that is to fall as the width grows, and the factor by which four times the width divides it in the limit
// of wide models, at tau_0 = d_m^(-1/2) and d_m^(-1). A lazy model displaces the sum of gradients by K(0)^(-1) (y - f),
// about 1 / d_m.
// - W_V, whose norm grows as d_m^(1/2), has a gradient of constant norm: it moves by d_m^(-3/2) of its norm.
// - So does W_Q at d_m^(-1/2); at d_m^(-1) its gradient has another d_m^(-1/2).
// - K is about F F^T, d_m. At d_m^(-1/2), training changes attention, and with it the features of all units alike, by
//   1 / d_m. At d_m^(-1) that is d_m^(-2), and so is what W_V changes, with a random sign for each unit.
struct Moving {
  std::string name, what;
  double root_limit, inverse_limit;
  double (*measured)(const Trained& t);
  double (*lazy)(const Trained& t);  // null if the limit is the prediction

  double limit(AttentionScale scale) const { return scale == kInverse ? inverse_limit : root_limit; }
};

const Moving kMoving[] = {
    {"kernel", "|K(t) - K(0)| / |K(0)|", 4, 16, [](const Trained& t) { return t.movement.kernel.back(); }, nullptr},
    {"query", "movement of W_Q", 8, 16, [](const Trained& t) { return t.movement.query.back(); },
     [](const Trained& t) { return t.lazy.query; }},
    {"value", "movement of W_V", 8, 8, [](const Trained& t) { return t.movement.value.back(); },
     [](const Trained& t) { return t.lazy.value; }},
};

std::vector<double> ratios(const Runs& narrow, const Runs& wide, double (*quantity)(const Trained& t)) {
  std::vector<double> all;
  for (std::size_t seed = 0; seed < wide.seeds.size(); ++seed)
    all.push_back(quantity(narrow.seeds[seed]) / quantity(wide.seeds[seed]));
  return all;
}

Check falls_check(const Moving& moving, const std::vector<const Runs*>& widths) {
  double worst = kUnbounded;
  for (std::size_t i = 1; i < widths.size(); ++i)
    worst = least({worst, least(ratios(*widths[i - 1], *widths[i], moving.measured))});
  const Model& model = widths[0]->model;
  return {check_prefix(model.initialization) + moving.name + "_falls",
          "section 5.1, panel (c)",
          check_setting(model.scale),
          worst,
          moving.limit(model.scale),
          {1.05, kUnbounded},
          fmt::format("final {} over that of four times the width, least of all widths and seeds", moving.what)};
}

Check factor_check(const Moving& moving, const Runs& narrow, const Runs& wide) {
  const double limit = moving.limit(wide.model.scale);
  const double predicted = moving.lazy != nullptr ? mean_of(ratios(narrow, wide, moving.lazy)) : limit;
  return {check_prefix(wide.model.initialization) + moving.name + "_factor",
          "section 5.1, panel (c)",
          check_setting(wide.model.scale),
          mean_of(ratios(narrow, wide, moving.measured)),
          predicted,
          {2.5, 1.5 * std::max(limit, 8.0)},
          fmt::format("final {} at d_m = {} over that at {}, mean", moving.what, narrow.model.width, wide.model.width)};
}

// W_Q is left out: it is not lazy yet at d_m = 1024, where its movement differs from the lazy one by up to 40 %. Its
// gradient is a sum over units of products w_O W_V with random signs, which small changes of one sign add up to.
Check lazy_check(const Runs& r) {
  const auto ratio = [](const Trained& t) { return t.movement.value.back() / t.lazy.value; };
  return {check_prefix(r.model.initialization) + "value_lazy",
          "section 5.1, panel (b)",
          check_setting(r.model),
          farthest_ratio(values_of(r.seeds, ratio)),
          1,
          {0.85, 1.15},
          "final movement of W_V over that with the kernel of the start, of all seeds the farthest from 1"};
}

}  // namespace

void check_movement(const std::vector<Runs>& runs, const Setting& s, std::vector<Check>& checks) {
  for (const Initialization initialization : s.initializations)
    for (const AttentionScale scale : {kInverseRoot, kInverse}) {
      std::vector<const Runs*> widths;
      for (const std::int64_t width : s.widths) widths.push_back(&find_runs(runs, initialization, scale, width));
      for (const Moving& moving : kMoving) {
        checks.push_back(falls_check(moving, widths));
        checks.push_back(factor_check(moving, **(widths.end() - 2), *widths.back()));
      }
      checks.push_back(lazy_check(*widths.back()));
    }
}

}  // namespace prenorm::papers::encoder_convergence
