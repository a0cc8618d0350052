#include "prenorm/pages/branch_sections.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "prenorm/base/text.h"
#include "prenorm/pages/run_sections.h"
#include "prenorm/studies/study_text.h"

namespace prenorm::pages {
namespace {

html::Table branches_table(const studies::BranchStudy& study) {
  html::Table table{{"factor", "batches", "target tokens an update", "learning rate", "updates", "seeds", "diverged",
                     "loss", "over the smallest batch"},
                    {},
                    "Branches by batch size"};
  for (const studies::BranchRow& row : study.rows)
    table.rows.push_back({fmt::format("{}", row.factor), fmt::format("{}", row.batches),
                          fmt::format("{:.0f}", study.update_tokens(static_cast<double>(row.factor))),
                          fmt::format("{:.3g}", row.learning_rate), fmt::format("{}", row.updates),
                          fmt::format("{}", row.finished + row.diverged), fmt::format("{}", row.diverged),
                          studies::spread_text(row.loss, 4), studies::difference_text(row)});
  return table;
}

// The mean and the ends of its interval, over the batch size.
html::Chart difference_chart(const studies::BranchStudy& study) {
  html::Series mean{.name = "mean over seeds", .x = {}, .y = {}},
      low{.name = "95 %, low", .x = {}, .y = {}, .dashed = true},
      high{.name = "95 %, high", .x = {}, .y = {}, .dashed = true};
  for (const studies::BranchRow& row : study.rows) {
    if (!row.difference || !std::isfinite(row.difference->mean)) continue;
    for (const auto& [series, value] :
         {std::pair{&mean, row.difference->mean}, {&low, row.difference->low()}, {&high, row.difference->high()}}) {
      series->x.push_back(study.update_tokens(static_cast<double>(row.factor)));
      series->y.push_back(value);
    }
  }
  html::Series allowed{.name = "tolerance", .x = mean.x, .y = {}};
  allowed.y.assign(mean.x.size(), study.tolerance.value_or(NAN));
  return {.title = "What a larger batch costs at equal tokens",
          .x_label = "target tokens an update",
          .y_label = "loss over that of the smallest batch, nats per token",
          .log_x = true,
          .series = {std::move(mean), std::move(low), std::move(high), std::move(allowed)},
          .note = "All branches of a seed have trained on the same text."};
}

}  // namespace

html::Section branch_section(const studies::BranchStudy& study, const std::string& prefix) {
  html::Section section{prefix + "How large the batch may be", {}};
  section.blocks.emplace_back(html::Text{{studies::verdict_text(study)}});
  section.blocks.emplace_back(difference_chart(study));
  section.blocks.emplace_back(branches_table(study));
  return section;
}

std::string branches_command(const studies::BranchStudy& study, const std::string& folder) {
  std::vector<std::int64_t> factors;
  std::int64_t seeds = 0;
  for (const studies::BranchRow& row : study.rows) {
    factors.push_back(row.factor);
    seeds = std::max(seeds, row.finished + row.diverged);
  }
  return fmt::format("prenorm study {} --checkpoint {} \\\n  --branch-batch {} --seeds {} --output {}\n",
                     shell_word(study.start.run), study.start.step, fmt::join(factors, ","),
                     std::max<std::int64_t>(seeds, 1), folder);
}

}  // namespace prenorm::pages
