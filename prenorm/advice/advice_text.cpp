#include "prenorm/advice/advice_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "prenorm/base/json_number.h"
#include "prenorm/base/text_table.h"
#include "prenorm/probe/probe_text.h"
#include "prenorm/probe/trainability_text.h"

namespace prenorm::advice {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view kEndOfLayer = ".feed_forward.output";

const StartOfTraining& first(const Advice& advice) { return advice.seeds.front(); }

std::string title(const Advice& a) {
  return fmt::format("{}, {} at {:g}", probe::name_of(model_of_task(a.config)), enum_name(a.config.optim.name),
                     a.config.optim.lr);
}

std::string reason(const Advice& a) {
  const double before = first(a).before.layers.back().spread, after = first(a).after.layers.back().spread;
  return fmt::format(
      "After one update at this rate, token states keep {:.0f} % of their spread ({:.3f} -> {:.3f}; 1: unrelated, 0: "
      "all the same). Safe: at least {:.0f} % and at least {:g}.",
      100 * after / before, before, after, 100 * kSpreadKept, std::min(kSmallestSpread, before));
}

std::string remedies(const Advice& a) {
  const bool by_tokens = a.config.schedule.unit == ScheduleUnit::kTokens;
  std::string out = fmt::format(
      "Either of these: schedule.warmup_steps = {} or more; optim.lr = {:.2g}",
      by_tokens ? fmt::format("the tokens of {} updates", kWarmupAdvised) : fmt::format("{}", kWarmupAdvised),
      a.largest_safe_lr);
  if (a.largest_with_pre_ln && *a.largest_with_pre_ln >= a.config.optim.lr)
    out += fmt::format("; model.norm_placement = \"pre_ln\", safe up to about {:.2g}", *a.largest_with_pre_ln);
  return out + ".";
}

std::string layers(const Advice& a) {
  TextTable table{{"layer", "spread", "after update 1", "kept"}, {false, true, true, true}, {}};
  const UpdatedModel &before = first(a).before, &after = first(a).after;
  for (std::size_t i = 0; i < before.layers.size(); ++i) {
    const auto& [point, spread] = before.layers[i];
    table.rows.push_back({point.substr(0, point.size() - kEndOfLayer.size()), fmt::format("{:.3f}", spread),
                          fmt::format("{:.3f}", after.layers[i].spread),
                          fmt::format("{:.0f} %", 100 * after.layers[i].spread / spread)});
  }
  return aligned(table);
}

ordered_json to_json(const StartOfTraining& start) {
  auto list = ordered_json::array();
  for (std::size_t i = 0; i < start.before.layers.size(); ++i)
    list.push_back({{"point", start.before.layers[i].point},
                    {"spread", start.before.layers[i].spread},
                    {"spread_after_update", start.after.layers[i].spread}});
  return {{"largest_safe_lr", start.largest_safe_lr},
          {"loss_nats_per_token", start.before.loss_nats_per_token},
          {"loss_nats_per_token_after_update", start.after.loss_nats_per_token},
          {"layers", std::move(list)}};
}

}  // namespace

std::string_view verdict_of(const Advice& a) {
  return a.starts_safely() ? "starts safely at this rate" : "needs warm-up";
}

std::string to_text(const Advice& a) {
  const auto [low, high] = std::minmax_element(a.seeds.begin(), a.seeds.end(), [](const auto& x, const auto& y) {
    return x.largest_safe_lr < y.largest_safe_lr;
  });
  std::string out = fmt::format("{}: {}\n", title(a), verdict_of(a));
  if (a.is_close()) out += "  Within a factor of 2 of the limit: uncertain.\n";
  if (a.config.schedule.warmup_steps > 0)
    out += fmt::format("  The configuration warms up over {} {}; this advice is for a start without warm-up.\n",
                       a.config.schedule.warmup_steps, enum_name(a.config.schedule.unit));
  out += fmt::format("  Largest rate expected to be stable without warm-up: {:.2g} (seeds: {:.2g} to {:.2g}).\n",
                     a.largest_safe_lr, low->largest_safe_lr, high->largest_safe_lr);
  out += fmt::format("  {}\n", reason(a));
  if (!a.starts_safely()) out += fmt::format("  {}\n", remedies(a));
  out += "\n" + layers(a);
  if (!a.recursion.empty()) out += "\nAt initialisation, by the recursion of signal and gradient, at any rate:\n";
  for (const probe::StackVerdict& v : a.recursion) out += fmt::format("  {}\n", to_text(v));
  return out;
}

ordered_json to_json(const Advice& a) {
  auto seeds = ordered_json::array();
  for (const StartOfTraining& start : a.seeds) seeds.push_back(to_json(start));
  return {{"verdict", verdict_of(a)},
          {"starts_safely", a.starts_safely()},
          {"close_to_limit", a.is_close()},
          {"norm_placement", enum_name(a.config.model.norm_placement)},
          {"optimizer", enum_name(a.config.optim.name)},
          {"learning_rate", a.config.optim.lr},
          {"largest_lr_without_warmup", a.largest_safe_lr},
          {"largest_lr_without_warmup_under_pre_ln", or_null(a.largest_with_pre_ln)},
          {"rule", {{"spread_kept_at_least", kSpreadKept}, {"spread_at_least", kSmallestSpread}}},
          {"recursion", a.recursion.empty() ? ordered_json() : recursion_json(a.recursion)},
          {"seeds", std::move(seeds)}};
}

}  // namespace prenorm::advice
