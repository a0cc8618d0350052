// A study of branches for human readers and for programs.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "prenorm/base/json_number.h"
#include "prenorm/base/text_table.h"
#include "prenorm/machine/terminal.h"
#include "prenorm/studies/branch_study.h"
#include "prenorm/studies/study_text.h"

namespace prenorm::studies {
namespace {

using nlohmann::ordered_json;

std::string count_text(double value) { return format_count(std::llround(value)); }

std::string factor_text(double factor) { return fmt::format("{:.3g}", factor); }

std::string interval_text(const BranchStudy& s) {
  const CriticalBatch& critical = *s.critical;
  if (!critical.interval) return ", without an interval, which takes two seeds or more";
  const Interval& i = *critical.interval;
  return std::isfinite(i.high) ? fmt::format(" (95 %: {} to {})", factor_text(i.low), factor_text(i.high))
                               : fmt::format(" (95 %: {} or more)", factor_text(i.low));
}

std::string tolerance_text(const BranchStudy& s) {
  return fmt::format("{:.4f} nats per token more than the smallest batch, {}", *s.tolerance,
                     s.tolerance_is_spread ? "the standard deviation of its losses over seeds" : "as asked for");
}

ordered_json row_json(const BranchStudy& s, const BranchRow& row) {
  ordered_json json{{"factor", row.factor},
                    {"batches_per_update", row.batches},
                    {"target_tokens_per_update", s.update_tokens(static_cast<double>(row.factor))},
                    {"updates", row.updates},
                    {"learning_rate", row.learning_rate},
                    {"finished", row.finished},
                    {"diverged", row.diverged}};
  if (row.finished > 0) {
    json["valid_loss_nats_per_token"] = {
        {"mean", row.loss.mean}, {"lowest", row.loss.lowest}, {"highest", row.loss.highest}, {"n", row.loss.n}};
    json["target_tokens"] = row.target_tokens;
    json["training_seconds"] = row.seconds;
  }
  if (row.difference)
    json["difference_nats_per_token"] = {{"mean", json_number(row.difference->mean)},
                                         {"half_width_95", row.difference->half_width_95},
                                         {"n", row.difference->count}};
  return json;
}

}  // namespace

std::string difference_text(const BranchRow& row) {
  if (!row.difference) return {};
  if (!std::isfinite(row.difference->mean)) return "diverged";
  if (row.difference->count < 2) return fmt::format("{:+.4f}", row.difference->mean);
  return fmt::format("{:+.4f} ± {:.4f}", row.difference->mean, row.difference->half_width_95);
}

std::string verdict_text(const BranchStudy& s) {
  if (!s.tolerance) return "critical batch size: unknown; it takes two seeds that have finished, or a --tolerance\n";
  if (!s.critical) return "critical batch size: unknown until a branch of each size has ended\n";
  return fmt::format(
      "critical batch size: {}{} times {} an update{}, about {} target tokens\n  the loss may be {}\n",
      s.critical->is_largest ? "at least " : "", factor_text(s.critical->factor),
      s.start.batches_per_update == 1 ? "the batch" : fmt::format("the {} batches", s.start.batches_per_update),
      interval_text(s), count_text(s.update_tokens(s.critical->factor)), tolerance_text(s));
}

std::string noise_scale_text(const BranchStudy& s) {
  if (!s.noise_scale) return {};
  const noise::ScaleEstimate& scale = s.noise_scale->scale;
  const std::string high = scale.high ? fmt::format("to {:.3g}", *scale.high) : std::string("or more");
  return fmt::format(
      "gradient noise scale there, as the run logged it ({}): {:.3g} examples (95 %: {:.3g} {}), about {} target "
      "tokens\n",
      s.noise_scale->part, *scale.examples, scale.low, high,
      count_text(*scale.examples * s.noise_scale->target_tokens_per_example));
}

std::string to_text(const BranchStudy& s) {
  TextTable text{
      {"factor", "batches", "tokens/update", "lr", "updates", "seeds", "loss", "over smallest", "seconds"}, {}, {}};
  text.right.assign(text.header.size(), true);
  for (const BranchRow& row : s.rows)
    text.rows.push_back({fmt::format("{}", row.factor), fmt::format("{}", row.batches),
                         count_text(s.update_tokens(static_cast<double>(row.factor))),
                         fmt::format("{:.3g}", row.learning_rate), format_count(row.updates),
                         fmt::format("{}", row.finished + row.diverged), spread_text(row.loss, 4), difference_text(row),
                         row.finished > 0 ? fmt::format("{:.0f}", row.seconds) : ""});
  const double tokens = static_cast<double>(s.start.batches) * s.start.tokens_per_batch;
  std::string out = fmt::format("branches from update {} of {}, each about {} target tokens long\n",
                                format_count(s.start.step), s.start.run, count_text(tokens));
  out += aligned(text);
  out += "loss: validation, nats per token, mean (lowest to highest); over smallest: within each seed, mean ± 95 %\n\n";
  out += verdict_text(s);
  return out + noise_scale_text(s);
}

ordered_json to_json(const BranchStudy& s) {
  ordered_json json{{"run", s.start.run},
                    {"step", s.start.step},
                    {"target_tokens_before", s.start.target_tokens},
                    {"batches", s.start.batches},
                    {"target_tokens_per_batch", s.start.tokens_per_batch}};
  json["tolerance_nats_per_token"] = or_null(s.tolerance);
  json["tolerance_is_spread_of_seeds"] = s.tolerance_is_spread;
  if (s.critical) {
    const auto& interval = s.critical->interval;
    json["critical_factor"] = s.critical->factor;
    json["critical_is_largest_tried"] = s.critical->is_largest;
    json["critical_target_tokens_per_update"] = s.update_tokens(s.critical->factor);
    if (interval) json["critical_factor_interval_95"] = {json_number(interval->low), json_number(interval->high)};
  }
  if (s.noise_scale)
    json["noise_scale"] = {{"part", s.noise_scale->part},
                           {"examples", or_null(s.noise_scale->scale.examples)},
                           {"low_examples", s.noise_scale->scale.low},
                           {"high_examples", or_null(s.noise_scale->scale.high)},
                           {"target_tokens_per_example", s.noise_scale->target_tokens_per_example}};
  json["branches"] = ordered_json::array();
  for (const BranchRow& row : s.rows) json["branches"].push_back(row_json(s, row));
  json["study"] = to_json(s.study.table);
  return json;
}

}  // namespace prenorm::studies
