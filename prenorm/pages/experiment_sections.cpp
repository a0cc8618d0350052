#include "prenorm/pages/experiment_sections.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "prenorm/base/version.h"
#include "prenorm/html/axis.h"
#include "prenorm/machine/terminal.h"

namespace prenorm::pages {
namespace {

html::Chart chart_of(const papers::Figure& figure) {
  html::Chart chart{figure.title, figure.x_label, figure.y_label, figure.log_y, figure.log_x, {}, figure.note};
  std::size_t next = 0;
  for (const papers::Curve& curve : figure.curves) {
    html::Series series{curve.name, curve.x, curve.y, curve.theory};
    // The line of the theory has the colour of the measured line before it.
    series.look = curve.theory && next > 0 ? next - 1 : next++;
    chart.series.push_back(std::move(series));
  }
  return chart;
}

html::HeatMap heat_map_of(const papers::HeatMap& map) {
  html::HeatMap picture;
  picture.title = map.title;
  picture.x_label = map.x_label;
  picture.y_label = map.y_label;
  picture.x = map.x;
  picture.y = map.y;
  picture.panels = {{"", map.values}};
  picture.value_label = map.value_label;
  picture.log = map.log;
  picture.note = map.note;
  return picture;
}

// As words, which a narrow page can break.
std::string words_of(const papers::Check& check) {
  std::string name = check.name;
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

html::Table check_table(const std::vector<papers::Check>& checks) {
  html::Table table{{"check", "setting", "measured", "predicted", "accepted", "verdict"}, {}, "Checks"};
  for (const papers::Check& c : checks)
    table.rows.push_back({words_of(c), setting_text(c), html::format_value(c.measured), html::format_value(c.predicted),
                          accepted_text(c), c.pass() ? "✓ holds" : "✗ fails"});
  return table;
}

html::Definitions check_meanings(const std::vector<papers::Check>& checks) {
  html::Definitions meanings;
  std::set<std::string> named;
  for (const papers::Check& c : checks)
    if (named.insert(c.name).second) meanings.terms.emplace_back(words_of(c), fmt::format("{} ({})", c.what, c.source));
  return meanings;
}

std::size_t count_passed(const std::vector<papers::Check>& checks) {
  return static_cast<std::size_t>(
      std::count_if(checks.begin(), checks.end(), [](const papers::Check& c) { return c.pass(); }));
}

html::Definitions introduction(const papers::Reproduced& r) {
  const papers::Experiment& e = *r.experiment;
  html::Definitions lines{{{"Paper", std::string(e.citation)}}};
  for (std::size_t i = 0; i < e.claims.size(); ++i)
    lines.terms.emplace_back(e.claims.size() == 1 ? "Claim" : fmt::format("Claim {}", i + 1), e.claims[i]);
  lines.terms.emplace_back("Measured", e.setup);
  lines.terms.emplace_back(
      "Result", fmt::format("{} of {} checks hold ({}; {})", count_passed(r.results.checks), r.results.checks.size(),
                            seeds_text(r.options), format_duration(r.seconds)));
  return lines;
}

html::Preformatted commands(const std::vector<papers::Reproduced>& all) {
  html::Preformatted block{"", "The commands that make these results again"};
  for (const papers::Reproduced& r : all) {
    block.text += fmt::format("prenorm reproduce {}{}", r.experiment->name, r.options.quick ? " --quick" : "");
    if (r.options.seeds != (r.options.quick ? r.experiment->quick_seeds : r.experiment->seeds))
      block.text += fmt::format(" --seeds {}", r.options.seeds);
    block.text += "\n";
  }
  return block;
}

}  // namespace

html::Section experiment_section(const papers::Reproduced& r) {
  html::Section section{std::string(r.experiment->name), {introduction(r)}};
  for (const papers::Figure& figure : r.results.figures) section.blocks.emplace_back(chart_of(figure));
  for (const papers::HeatMap& map : r.results.heat_maps) section.blocks.emplace_back(heat_map_of(map));
  section.blocks.emplace_back(check_table(r.results.checks));
  if (!r.results.notes.empty()) section.blocks.emplace_back(html::Text{r.results.notes});
  section.blocks.emplace_back(check_meanings(r.results.checks));
  return section;
}

html::Page reproduction_page(const std::vector<papers::Reproduced>& all) {
  html::Page page;
  std::size_t checks = 0, good = 0;
  double seconds = 0;
  for (const papers::Reproduced& r : all) {
    checks += r.results.checks.size();
    good += count_passed(r.results.checks);
    seconds += r.seconds;
    page.sections.push_back(experiment_section(r));
  }
  page.title =
      all.size() == 1 ? fmt::format("Reproduced: {}", all.front().experiment->name) : "What papers claim, checked";
  page.highlights = {{fmt::format("{}", good), fmt::format("of {}", checks), "checks hold"},
                     {fmt::format("{}", all.size()), all.size() == 1 ? "experiment" : "experiments", "in this folder"},
                     {format_duration(seconds), "", "to compute"}};
  page.sections.push_back({"Make it again", {commands(all)}});
  page.footer = fmt::format("prenorm {}", version());
  return page;
}

}  // namespace prenorm::pages
