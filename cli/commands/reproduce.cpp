#include "cli/commands/commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/output.h"
#include "prenorm/base/error.h"
#include "prenorm/base/json_kind.h"
#include "prenorm/files/file.h"
#include "prenorm/pages/experiment_sections.h"
#include "prenorm/papers/registry.h"
#include "prenorm/papers/reproduce.h"
#include "prenorm/updates/compute_settings.h"

namespace prenorm::cli {
namespace {

struct ReproduceOptions {
  std::vector<std::string> names;
  std::string output = "reproduced";
  std::optional<std::int64_t> seeds;
  bool quick = false, json = false;
};

int list_experiments(bool json) {
  auto list = nlohmann::ordered_json::array();
  std::string text;
  for (const papers::Experiment& e : papers::experiments()) {
    const std::vector<std::string_view> claims(e.claims.begin(), e.claims.end());
    list.push_back(
        {{"name", e.name}, {"citation", e.citation}, {"claims", claims}, {"setup", e.setup}, {"time", e.time}});
    text += fmt::format("{}{}  ({})\n  {}\n", text.empty() ? "" : "\n", e.name, e.time, e.citation);
    for (const std::string_view claim : claims) text += fmt::format("  - {}\n", claim);
  }
  if (json)
    print_json(json_kinds::kExperiments, {{"experiments", list}});
  else
    print(text);
  return 0;
}

std::vector<const papers::Experiment*> chosen_experiments(const std::vector<std::string>& names) {
  std::vector<const papers::Experiment*> chosen;
  const auto add = [&](const papers::Experiment& e) {
    if (std::find(chosen.begin(), chosen.end(), &e) == chosen.end()) chosen.push_back(&e);
  };
  for (const std::string& name : names)
    if (name == "all")
      for (const papers::Experiment& e : papers::experiments()) add(e);
    else
      add(papers::find_experiment(name));
  return chosen;
}

void print_results(const papers::Reproduced& r) {
  print(fmt::format("{}, {}\n{}", r.experiment->name, seeds_text(r.options), table_of(r.results.checks)));
  for (const std::string& note : r.results.notes) print(note + "\n");
  print("\n");
  flush_output();
}

// The page shows every experiment in the folder, so that a second one does not hide the first.
std::string write_page(const papers::Reproduction& reproduction, const std::string& folder) {
  std::vector<papers::Reproduced> all;
  for (const papers::Experiment& e : papers::experiments())
    if (auto kept = reproduction.kept(e)) all.push_back(std::move(*kept));
  std::string path = (std::filesystem::path(folder) / "report.html").string();
  write_file_atomically(path, html_page(pages::reproduction_page(all)));
  return path;
}

void throw_if_a_check_failed(const std::vector<papers::Reproduced>& all) {
  for (const papers::Reproduced& r : all)
    for (const papers::Check& c : r.results.checks)
      if (!c.pass())
        throw_error<Error>("{}: {} does not hold: measured {:.4g}, accepted {} ({})", r.experiment->name, title_of(c),
                           c.measured, accepted_text(c), c.what);
}

int reproduce(const ReproduceOptions& options) {
  if (options.names.empty()) return list_experiments(options.json);
  const auto chosen = chosen_experiments(options.names);
  updates::set_up_process({});
  const papers::Reproduction reproduction(options.output);
  std::vector<papers::Reproduced> all;
  for (const papers::Experiment* e : chosen) {
    const std::int64_t seeds = options.seeds.value_or(options.quick ? e->quick_seeds : e->seeds);
    all.push_back(reproduction.run(*e, {seeds, options.quick}));
    if (!options.json) print_results(all.back());
  }
  const std::string page = write_page(reproduction, options.output);
  if (options.json) {
    auto list = nlohmann::ordered_json::array();
    for (const papers::Reproduced& r : all) list.push_back(to_json(r));
    print_json(json_kinds::kReproduction, {{"page", page}, {"experiments", list}});
  } else {
    print(fmt::format("page: {}\n", page));
  }
  flush_output();
  throw_if_a_check_failed(all);
  return 0;
}

}  // namespace

void add_reproduce(CLI::App& app, Run& chosen) {
  CLI::App* command = app.add_subcommand("reproduce", "Measures what papers claim, and says which claims hold.");
  auto options = std::make_shared<ReproduceOptions>();
  command->add_option("NAME", options->names, "experiments, or all; without a name they are listed");
  command->add_flag("--quick", options->quick, "the smallest setting that still decides");
  command->add_option("--seeds", options->seeds, "models of each kind; each experiment has its own default")
      ->type_name("N")
      ->check(CLI::Range(1, 1000));
  command->add_option("--output", options->output, "the folder for results, finished parts and report.html")
      ->type_name("DIR")
      ->capture_default_str();
  add_json_flag(*command, options->json);
  command->footer("Example: prenorm reproduce xiong2020-theory --quick");
  run_as(*command, chosen, [options] { return reproduce(*options); });
}

}  // namespace prenorm::cli
