#include "prenorm/pages/run_sections.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

#include "prenorm/config/fields.h"
#include "prenorm/config/write.h"
#include "prenorm/html/decimate.h"
#include "prenorm/machine/terminal.h"
#include "prenorm/studies/grid.h"

namespace prenorm::pages {
namespace {

constexpr std::size_t kFewRuns = 8;
constexpr std::size_t kMostSampleRuns = 8, kMostSamples = 5, kMostConfigurations = 12;

std::string number(const std::optional<double>& value, int digits) {
  return value && std::isfinite(*value) ? fmt::format("{:.{}f}", *value, digits) : "–";
}

std::string count(double value) { return format_count(static_cast<std::int64_t>(value)); }

// Last value of a column, if there is one.
std::optional<double> last(const std::vector<double>& column) {
  return column.empty() ? std::nullopt : std::optional(column.back());
}

// `x` and `y` return a column of a RunMetrics.
void add_chart(std::vector<html::Block>& blocks, const Runs& runs, html::Chart chart, const auto& x, const auto& y) {
  for (const Run* run : runs) {
    if (std::invoke(x, run->metrics()).empty()) continue;
    if (chart.series.size() == kMostCurves) {
      chart.note += fmt::format("Only the first {} of {} runs are shown.", kMostCurves, runs.size());
      break;
    }
    chart.series.push_back({run->name(), std::invoke(x, run->metrics()), std::invoke(y, run->metrics()),
                            /*dashed=*/false, run->id(), run->look()});
  }
  if (chart.series.empty()) return;
  chart.x_label = "update";
  html::limit_points(chart);
  blocks.emplace_back(std::move(chart));
}

// Empty if the run has no such score.
ScoreCurve curve_of(const RunMetrics& metrics, const std::string& name) {
  const auto found = metrics.scores.find(name);
  return found == metrics.scores.end() ? ScoreCurve{} : found->second;
}

// Scores that were measured more than once in a run.
std::set<std::string> score_names(const Runs& runs) {
  std::set<std::string> names;
  for (const Run* run : runs)
    for (const auto& [name, curve] : run->metrics().scores)
      if (curve.steps.size() > 1) names.insert(name);
  return names;
}

// Keys that say where files are, not what was trained.
bool is_place(const std::string& key) {
  return key.starts_with("data.") || key == "tokenizer.source_model" || key == "tokenizer.target_model" ||
         key == "runtime.threads";
}

// Columns for BLEU, and for the scores of runs that have other scores.
std::vector<std::string> quality_names(const Runs& runs) {
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  };
  for (const Run* run : runs) {
    if (run->scores().empty() && run->bleu()) add("BLEU");
    for (const auto& [name, value] : run->scores()) add(name);
  }
  return names.empty() ? std::vector<std::string>{"BLEU"} : names;
}

// Empty if the run has another score.
std::string quality_text(const Run& run, const std::string& name) {
  if (name == "BLEU") return run.scores().empty() ? number(run.bleu(), 2) : "";
  for (const auto& [known, value] : run.scores())
    if (known == name) return number(value, 4);
  return "";
}

struct Keyed {
  const Run* run;
  std::vector<std::string> values;  // of all keys
};

}  // namespace

std::string shell_word(const std::string& text) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./,:@%";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string::npos) return text;
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::vector<html::RunEntry> run_entries(const Runs& runs) {
  std::vector<html::RunEntry> entries;
  for (const Run* run : runs) {
    // In a long list only unusual states are described.
    const bool plain = runs.size() > kFewRuns && run->results() && !run->has_diverged();
    entries.push_back({run->id(), run->name(), plain ? "" : run->status(), run->look()});
  }
  return entries;
}

html::Table results_table(const Runs& runs) {
  const std::vector<std::string> qualities = quality_names(runs);
  html::Table table{{"run", "state", "updates", "training loss", "validation loss", "best"}, {}, "Results"};
  table.header.insert(table.header.end(), qualities.begin(), qualities.end());
  table.header.emplace_back("seconds");
  for (const Run* run : runs) {
    const RunMetrics& m = run->metrics();
    table.rows.push_back({run->name(),
                          run->has_diverged() ? "diverged"
                          : run->results()    ? "finished"
                                              : "no results yet",
                          count(run->updates()), number(last(m.losses), 3), number(run->validation_loss(), 3),
                          number(run->best_validation_loss(), 3)});
    for (const std::string& name : qualities) table.rows.back().push_back(quality_text(*run, name));
    table.rows.back().push_back(count(run->seconds()));
    table.runs.push_back(run->id());
  }
  return table;
}

std::vector<html::Block> curves(const Runs& runs) {
  std::vector<html::Block> blocks;
  const auto chart = [](const std::string& title, const std::string& y, bool log) {
    html::Chart c;
    c.title = title;
    c.y_label = y;
    c.log_y = log;
    return c;
  };
  using M = RunMetrics;
  add_chart(blocks, runs, chart("Training loss", "loss, nats per target token", false), &M::steps, &M::losses);
  add_chart(blocks, runs, chart("Validation loss", "loss, nats per target token", false), &M::validation_steps,
            &M::validation_losses);
  if (std::any_of(runs.begin(), runs.end(), [](const Run* r) { return r->metrics().bleus.size() > 1; }))
    add_chart(blocks, runs, chart("BLEU of the validation text", "BLEU", false), &M::bleu_steps, &M::bleus);
  for (const std::string& name : score_names(runs))
    add_chart(
        blocks, runs, chart(fmt::format("Validation {}", name), name, false),
        [&](const M& m) { return curve_of(m, name).steps; }, [&](const M& m) { return curve_of(m, name).values; });
  add_chart(blocks, runs, chart("Gradient norm", "L2 norm before clipping", true), &M::steps, &M::gradient_norms);
  add_chart(blocks, runs, chart("Learning rate", "learning rate", false), &M::steps, &M::learning_rates);
  return blocks;
}

std::vector<html::Block> differences(const Runs& runs) {
  std::vector<Keyed> all;
  for (const Run* run : runs) {
    if (!run->config()) continue;
    Config config = *run->config();
    Keyed keyed{run, {}};
    for (const config::Field& field : config::fields_of(config))
      keyed.values.push_back(studies::plain_value(config::value_text(field)));
    all.push_back(std::move(keyed));
  }
  if (all.size() < 2) return {};
  html::Table table{{"run"}, {}, "Keys in which the runs differ"};
  for (const Keyed& keyed : all) {
    table.rows.push_back({keyed.run->name()});
    table.runs.push_back(keyed.run->id());
  }
  Config order;
  const auto fields = config::fields_of(order);
  for (std::size_t k = 0; k < fields.size(); ++k) {
    const auto differs = [&](const Keyed& keyed) { return keyed.values[k] != all[0].values[k]; };
    if (is_place(fields[k].key) || std::none_of(all.begin(), all.end(), differs)) continue;
    table.header.push_back(fields[k].key);
    for (std::size_t i = 0; i < all.size(); ++i) table.rows[i].push_back(all[i].values[k]);
  }
  if (table.header.size() == 1) return {};
  return {std::move(table)};
}

std::vector<html::Block> samples(const Runs& runs) {
  html::Samples block;
  std::size_t used = 0;
  for (const Run* run : runs) {
    if (!run->results() || !run->results()->last_validation) continue;
    const auto& own = run->results()->last_validation->samples;
    if (own.empty() || used++ == kMostSampleRuns) break;
    for (std::size_t i = 0; i < std::min(own.size(), kMostSamples); ++i) {
      const auto same = [&](const html::Sample& s) { return s.source == own[i].source; };
      auto found = std::find_if(block.samples.begin(), block.samples.end(), same);
      if (found == block.samples.end()) found = block.samples.insert(found, {own[i].source, own[i].reference, {}});
      found->hypotheses.emplace_back(run->name(), own[i].output);
    }
  }
  if (block.samples.empty()) return {};
  return {std::move(block)};
}

std::vector<html::Block> diagnoses(const Runs& runs) {
  std::vector<html::Block> blocks;
  for (const Run* run : runs) {
    if (!run->diagnosis().empty()) {
      blocks.push_back(html::Preformatted{run->diagnosis(), run->name()});
    } else if (run->has_diverged() && !run->results()->diverged_because.empty()) {
      blocks.push_back(html::Text{{fmt::format("{}: {}", run->name(), run->results()->diverged_because)}});
    }
  }
  return blocks;
}

std::vector<html::Block> origins(const Runs& runs) {
  std::string commands;
  std::vector<html::Block> blocks;
  for (const Run* run : runs) {
    if (!run->config()) continue;
    if (blocks.size() == kMostConfigurations) {
      commands += "# and so on\n";
      break;
    }
    const std::string path = shell_word(run->path().string());
    commands += fmt::format("prenorm train {0}/config.toml --run {0}-again\n", path);
    blocks.push_back(
        html::Preformatted{to_toml(*run->config()), fmt::format("Configuration of {}", run->name()), true});
  }
  if (commands.empty()) return {};
  blocks.insert(blocks.begin(), html::Preformatted{commands, "Train them again"});
  return blocks;
}

}  // namespace prenorm::pages
