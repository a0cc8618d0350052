#include <fmt/format.h>

#include <functional>
#include <nlohmann/json.hpp>

#include "prenorm/papers/xiong2020/depth_checks.h"
#include "prenorm/papers/xiong2020/experiments.h"
#include "prenorm/papers/xiong2020/lemma_checks.h"
#include "prenorm/papers/xiong2020/profile_checks.h"
#include "prenorm/papers/xiong2020/theory.h"

namespace prenorm::papers::xiong2020 {
namespace {

TheoryOptions theory_options(const ExperimentOptions& options) {
  TheoryOptions o;
  o.seeds = options.seeds;
  if (options.quick) {
    o.widths = {128};
    o.depths = {4, 8, 16};
  }
  return o;
}

void add_checks(Results& results, const nlohmann::json& checks) {
  for (const nlohmann::json& check : checks) results.checks.push_back(check_from_json(check));
}

}  // namespace

Results run_theory(const ExperimentOptions& options, const Cells& cells) {
  const TheoryOptions o = theory_options(options);
  Results results;
  for (const std::int64_t d : o.widths) {
    const auto part = [&](const std::string& name, const std::function<std::vector<Check>()>& measure) {
      add_checks(results, cells.get(fmt::format("{}, d_model {}", name, d), [&] {
        auto list = nlohmann::json::array();
        for (const Check& check : measure()) list.push_back(nlohmann::json(to_json(check)));
        return list;
      }));
    };
    const std::string seeds = fmt::format("{} seeds, {} depths", o.seeds, o.depths.size());
    part("lemma 1", [d] { return check_lemma_1(d); });
    part("lemma 3", [d] { return check_lemma_3(d); });
    part("lemma 2 and theorem 1, " + seeds, [&] { return check_over_depth(o, d); });
    part("profiles, " + seeds, [&] { return check_profiles(o, d); });
  }
  return results;
}

}  // namespace prenorm::papers::xiong2020
