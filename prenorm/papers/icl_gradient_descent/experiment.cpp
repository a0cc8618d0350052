#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "prenorm/papers/icl_gradient_descent/deep_results.h"
#include "prenorm/papers/icl_gradient_descent/experiments.h"
#include "prenorm/papers/icl_gradient_descent/one_layer.h"
#include "prenorm/papers/icl_gradient_descent/one_layer_results.h"
#include "prenorm/papers/icl_gradient_descent/plan.h"

namespace prenorm::papers::icl_gradient_descent {
namespace {

using in_context::TokenNorm;
using nlohmann::json;

Setting setting_of(const ExperimentOptions& options) {
  Setting s;
  if (!options.quick) return s;
  s.one_layer_steps = 1'500;
  s.softmax_steps = 3'000;
  s.fit_steps = 1'000;
  return s;
}

std::vector<Study> studies_of(const Setting& s, bool quick) {
  std::vector<Study> studies = {one_layer_study("one layer", 0.5, s),
                                deep_study("2 layers, tied", {.layers = 2, .tied = true}, s.two_layer_steps, s),
                                softmax_study("1 softmax head", 1, s), softmax_study("2 softmax heads", 2, s)};
  if (quick) return studies;
  studies.push_back(one_layer_study("one layer, wide inputs", 1, s));
  studies.push_back(deep_study("10 layers, tied", {.layers = 10, .tied = true}, s.ten_layer_steps, s));
  studies.push_back(deep_study("5 layers, untied", {.layers = 5}, s.five_layer_steps, s));
  for (const LongContext& c : kLongContexts)
    studies.push_back(long_context_study(long_context_name(c.pairs), c.pairs, s));
  studies.push_back(copying_study("copying", s));
  studies.push_back(sine_study("sine", s));
  for (const std::int64_t tasks : kTaskSets) studies.push_back(fixed_set_study(task_set_name(tasks), tasks, s));
  for (const auto& [norm, name] : EnumNames<TokenNorm>::values)
    studies.push_back(deep_study(placement_name(norm), {.layers = 2, .norm = norm}, s.two_layer_steps, s));
  return studies;
}

// The values of all studies, by name and seed; every model is a cell, and all cells share the threads.
std::map<std::string, Measured> measure_all(const std::vector<Study>& studies, std::int64_t seeds, const Cells& cells) {
  std::vector<std::string> names;
  for (std::int64_t seed = 1; seed <= seeds; ++seed)
    for (const Study& study : studies) names.push_back(study.cell_name(static_cast<std::uint64_t>(seed)));
  const auto found = cells.get_all("networks", names, CellThreads::kOneEach, [&](std::size_t i) {
    return studies[i % studies.size()].measure(i / studies.size() + 1);
  });
  std::map<std::string, Measured> by_name;
  for (std::size_t i = 0; i < found.size(); ++i) by_name[studies[i % studies.size()].name].push_back(found[i]);
  return by_name;
}

void add_construction_checks(Results& results) {
  for (const std::int64_t steps : {1, 50})
    results.checks.push_back(
        {"construction",
         "Proposition 1",
         {{"layers", static_cast<double>(steps)}},
         construction_error(steps, /*seed=*/1),
         0,
         {0, 1e-12},
         "largest difference of constructed layers from steps of GD, 12 inputs, 2 labels, W0 ≠ 0"});
}

}  // namespace

Results run(const ExperimentOptions& options, const Cells& cells) {
  const Setting setting = setting_of(options);
  const auto measured = measure_all(studies_of(setting, options.quick), options.seeds, cells);
  Results results;
  add_construction_checks(results);
  in_context::Regression problem;
  add_one_layer_checks(results, measured.at("one layer"), problem);
  add_one_layer_figures(results, measured.at("one layer"), problem);
  if (const auto wide = measured.find("one layer, wide inputs"); wide != measured.end()) {
    problem.half_width = 1;
    add_one_layer_checks(results, wide->second, problem);
  }
  add_deep_results(results, measured);
  return results;
}

}  // namespace prenorm::papers::icl_gradient_descent
