#include "prenorm/studies/lr_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "prenorm/base/error.h"
#include "prenorm/base/json_number.h"
#include "prenorm/base/text_table.h"
#include "prenorm/config/fields.h"
#include "prenorm/studies/study_text.h"

namespace prenorm::studies {
namespace {

constexpr std::int64_t kLongestWarmup = 4000;
constexpr std::string_view kRate = "optim.lr", kWarmup = "schedule.warmup_steps";

// The paper's warm-up, or less for short trainings. A schedule in tokens has a quarter of train.max_tokens.
std::int64_t default_warmup(const Config& base) {
  if (base.schedule.warmup_steps > 0) return base.schedule.warmup_steps;
  if (base.schedule.unit == ScheduleUnit::kTokens) return std::max<std::int64_t>(base.train.max_tokens / 4, 1);
  return std::clamp<std::int64_t>(base.train.max_steps / 4, 1, kLongestWarmup);
}

void check(const Config& base, const std::vector<GridAxis>& axes) {
  if (std::any_of(axes.begin(), axes.end(), [](const GridAxis& a) { return a.key == kRate; }))
    throw_error<UsageError>("--grid optim.lr: --find-lr searches for the rate itself; leave this key out");
  if (valid_file(base).empty())
    throw_error<UsageError>("--find-lr compares validation losses; name a validation text in [data]");
  if (base.optim.lr <= 0) throw_error<UsageError>("--find-lr starts at optim.lr, which is 0; set a positive value");
}

// A setting and its search, with the configuration of its cells except the rate.
struct Arm {
  Cell cell;
  RateSearch search;

  Cell at(double rate, const Config& base) const {
    Cell trained{{}, cell.config};
    trained.config.optim.lr = rate;
    trained.name = cell_name(trained.config, base);
    return trained;
  }
};

// Records the outcomes of finished cells; returns the ones still to be trained.
std::vector<Cell> next_cells(std::vector<Arm>& arms, const StudyTable& table, const Config& base) {
  std::vector<Cell> cells;
  for (Arm& arm : arms)
    while (const auto rate = arm.search.next()) {
      const Cell cell = arm.at(*rate, base);
      const auto row = std::find_if(table.rows.begin(), table.rows.end(),
                                    [&](const StudyRow& r) { return r.cell.name == cell.name && r.cell.has_ended(); });
      if (row == table.rows.end()) {
        cells.push_back(cell);
        break;
      }
      const bool finished = row->cell.status == CellStatus::kFinished;
      arm.search.add({*rate, finished ? row->cell.final_nll : std::nullopt, row->cell.unigram_nats});
    }
  return cells;
}

std::string value_of(const Config& config, const std::string& key) {
  Config copy = config;
  for (const config::Field& field : config::fields_of(copy))
    if (field.key == key) return plain_value(config::value_text(field));
  return {};
}

std::string number(const std::optional<double>& value, fmt::string_view format) {
  return value ? fmt::format(fmt::runtime(format), *value) : std::string();
}

const RateTrial* best_trial(const RateSearch& search) {
  const RateTrial* best = nullptr;
  for (const RateTrial& t : search.trials())
    if (t.nll_nats_per_token && (best == nullptr || *t.nll_nats_per_token < *best->nll_nats_per_token)) best = &t;
  return best;
}

}  // namespace

LrSearch find_lr(const LoadedConfig& base, std::vector<GridAxis> axes, const StudyOptions& options) {
  const LoadedConfig mine = study_base(base);
  check(mine.config, axes);
  if (std::none_of(axes.begin(), axes.end(), [](const GridAxis& a) { return a.key == kWarmup; }))
    axes.push_back({std::string(kWarmup), {"0", fmt::format("{}", default_warmup(mine.config))}});
  LrSearch result;
  for (const GridAxis& axis : axes) result.keys.push_back(axis.key);
  std::vector<Arm> arms;
  for (Cell& cell : grid_cells(mine, axes)) arms.push_back({std::move(cell), RateSearch(mine.config.optim.lr)});

  std::vector<std::string> keys = result.keys;
  keys.emplace_back(kRate);
  StudyOptions look = options;
  look.dry_run = true;
  result.study = run_cells(mine, keys, {}, look);
  for (auto cells = next_cells(arms, result.study.table, mine.config); !cells.empty();
       cells = next_cells(arms, result.study.table, mine.config)) {
    result.study = run_cells(mine, keys, cells, options);
    if (options.dry_run || result.study.signal != 0 || result.study.failed > 0) break;
  }
  for (const Arm& arm : arms) {
    SearchedSetting& setting = result.settings.emplace_back(SearchedSetting{arm.cell.name, {}, arm.search});
    for (const std::string& key : result.keys) setting.values.push_back(value_of(arm.cell.config, key));
  }
  return result;
}

std::string to_text(const LrSearch& search) {
  TextTable table;
  for (const std::string& key : search.keys) table.header.push_back(key.substr(key.find('.') + 1));
  for (const char* title : {"stable up to", "not at", "best rate", "its NLL", "rates tried"})
    table.header.push_back(title);
  table.right.assign(table.header.size(), true);
  for (const SearchedSetting& setting : search.settings) {
    auto& row = table.rows.emplace_back(setting.values);
    const RateTrial* best = best_trial(setting.search);
    row.push_back(number(setting.search.largest_stable(), "{:g}"));
    row.push_back(number(setting.search.smallest_unstable(), "{:g}"));
    row.push_back(best != nullptr ? fmt::format("{:g}", best->rate) : "");
    row.push_back(best != nullptr ? fmt::format("{:.3f}", *best->nll_nats_per_token) : "");
    row.push_back(fmt::format("{}", setting.search.trials().size()));
  }
  return to_text(search.study.table) + "\nlargest stable learning rates:\n" + aligned(table);
}

nlohmann::ordered_json to_json(const LrSearch& search) {
  auto settings = nlohmann::ordered_json::array();
  for (const SearchedSetting& setting : search.settings) {
    nlohmann::ordered_json keys = nlohmann::ordered_json::object();
    for (std::size_t i = 0; i < search.keys.size(); ++i) keys[search.keys[i]] = setting.values[i];
    auto trials = nlohmann::ordered_json::array();
    for (const RateTrial& t : setting.search.trials())
      trials.push_back({{"learning_rate", t.rate},
                        {"valid_nll_nats_per_token", or_null(t.nll_nats_per_token)},
                        {"stable", setting.search.is_stable(t)}});
    settings.push_back({{"name", setting.name},
                        {"keys", std::move(keys)},
                        {"largest_stable_lr", or_null(setting.search.largest_stable())},
                        {"smallest_unstable_lr", or_null(setting.search.smallest_unstable())},
                        {"trials", std::move(trials)}});
  }
  return {{"settings", std::move(settings)}, {"study", to_json(search.study.table)}};
}

}  // namespace prenorm::studies
