#include "prenorm/papers/norm_only/draws.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "prenorm/base/random.h"
#include "prenorm/papers/json.h"

namespace prenorm::papers::norm_only {
namespace {

constexpr std::pair<const char*, double Draw::*> kMembers[] = {{"condition", &Draw::condition},
                                                               {"full_rank", &Draw::full_rank},
                                                               {"residual", &Draw::residual},
                                                               {"largest_scale", &Draw::largest_scale},
                                                               {"output_error", &Draw::output_error},
                                                               {"float_error", &Draw::float_error},
                                                               {"least_activation", &Draw::least_activation}};

nlohmann::json to_json(const Draws& draws) {
  nlohmann::json json;
  for (const auto& [name, member] : kMembers) json[name] = numbers_to_json(column(draws, member));
  return json;
}

void append_from_json(const nlohmann::json& json, Draws& draws) {
  const std::size_t first = draws.size();
  for (const auto& [name, member] : kMembers) {
    const std::vector<double> values = numbers_field(json, name);
    draws.resize(first + values.size());
    for (std::size_t i = 0; i < values.size(); ++i) draws[first + i].*member = values[i];
  }
}

}  // namespace

std::vector<double> column(const Draws& draws, double Draw::*member) {
  std::vector<double> values;
  for (const Draw& draw : draws) values.push_back(draw.*member);
  return values;
}

std::vector<Draws> measure_draws(const DrawPlan& plan, const Cells& cells,
                                 const std::function<Draw(std::size_t, std::uint64_t)>& measure) {
  const auto seeds = static_cast<std::size_t>(plan.seeds);
  std::vector<std::string> names;
  for (const std::string& name : plan.names)
    for (std::size_t seed = 1; seed <= seeds; ++seed)
      names.push_back(fmt::format("{}, {}, {} draws, seed {}", plan.label, name, plan.draws_per_seed, seed));
  const auto values = cells.get_all(plan.label, names, CellThreads::kOneEach, [&](std::size_t i) {
    Draws draws;
    for (std::int64_t draw = 0; draw < plan.draws_per_seed; ++draw) {
      Cells::stop_if_asked();
      draws.push_back(
          measure(i / seeds, mix_key({name_key(plan.label), 1 + i % seeds, static_cast<std::uint64_t>(draw)})));
    }
    return to_json(draws);
  });
  std::vector<Draws> all(plan.names.size());
  for (std::size_t i = 0; i < values.size(); ++i) append_from_json(values[i], all[i / seeds]);
  return all;
}

}  // namespace prenorm::papers::norm_only
