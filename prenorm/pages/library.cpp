#include "prenorm/pages/library.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "prenorm/base/error.h"
#include "prenorm/base/json.h"
#include "prenorm/base/json_kind.h"
#include "prenorm/config/load.h"
#include "prenorm/files/file_system.h"
#include "prenorm/files/json_file.h"
#include "prenorm/html/legend.h"
#include "prenorm/runs/run_folder.h"
#include "prenorm/studies/cell_record.h"
#include "prenorm/studies/study_folder.h"

namespace prenorm::pages {
namespace fs = std::filesystem;
namespace {

bool has(const fs::path& folder, const char* name) {
  std::error_code error;
  return fs::exists(folder / name, error);
}

bool is_study(const fs::path& folder) { return has(folder, "base.toml") && has(folder, "cells"); }

bool is_run(const fs::path& folder) {
  return has(folder, "config.toml") || has(folder, "metrics.jsonl") || has(folder, "results.json") ||
         has(folder, "checkpoints");
}

// Newest first: by the log, which grows, or else by the folder.
void newest_first(std::vector<fs::path>& folders) {
  const auto time = [](const fs::path& folder) {
    std::error_code error;
    const auto log = fs::last_write_time(folder / "metrics.jsonl", error);
    return error ? fs::last_write_time(folder, error) : log;
  };
  std::vector<std::pair<fs::file_time_type, fs::path>> dated;
  dated.reserve(folders.size());
  for (fs::path& folder : folders) dated.emplace_back(time(folder), std::move(folder));
  std::stable_sort(dated.begin(), dated.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  for (std::size_t i = 0; i < folders.size(); ++i) folders[i] = std::move(dated[i].second);
}

// "model.norm_placement=pre_ln,optim.lr=0.002" -> "norm_placement=pre_ln, lr=0.002".
std::string short_cell_name(const std::string& name) {
  std::string out;
  std::size_t from = 0;
  while (from < name.size()) {
    const std::size_t to = std::min(name.find(',', from), name.size());
    const std::string part = name.substr(from, to - from);
    const std::size_t equals = part.find('='), dot = part.find('.');
    out += (out.empty() ? "" : ", ") + (equals != std::string::npos && dot < equals ? part.substr(dot + 1) : part);
    from = to + 1;
  }
  return out;
}

constexpr std::array<std::string_view, 4> kNeverRuns = {"prepared", "corpus", "checkpoints", "cells"};

}  // namespace

std::string name_of(const Study& study) { return name_of_folder(study.path); }

Library::Library(std::vector<fs::path> paths, bool live) : paths_(std::move(paths)), live_(live) {
  for (fs::path& path : paths_)
    if (!path.has_filename() && path.has_parent_path()) path = path.parent_path();
}

bool Library::update() {
  changed_ = false;
  seen_.clear();
  runs_.clear();
  studies_.clear();
  probes_.clear();
  updates_.clear();
  noises_.clear();
  theories_.clear();
  problems_.clear();
  for (const fs::path& path : paths_) look_at(path);
  std::erase_if(known_, [&](const auto& run) { return !seen_.contains(run.first); });
  std::string shape;
  for (const Run* run : runs_) shape += run->id() + '\n';
  for (const Study& study : studies_) shape += study.path.string() + '\n';
  for (const auto& problem : problems_) shape += problem + '\n';
  for (const auto* printed : {&probes_, &updates_, &noises_, &theories_})
    for (const Printed& p : *printed) shape += fmt::format("{} {}\n", p.path.string(), p.json.dump().size());
  changed_ = changed_ || shape != shape_;
  shape_ = std::move(shape);
  return changed_;
}

std::vector<fs::path> Library::files() const {
  std::vector<fs::path> files;
  for (const Run* run : runs_) {
    const std::vector<fs::path> of_run = runs::RunFolder(run->path()).files();
    files.insert(files.end(), of_run.begin(), of_run.end());
  }
  for (const Study& study : studies_) {
    const studies::StudyFolder folder(study.path);
    files.insert(files.end(), {folder.base(), folder.json(), folder.csv(), folder.path() / "cells"});
  }
  for (const auto* printed : {&probes_, &updates_, &noises_, &theories_})
    for (const Printed& p : *printed) files.push_back(p.path);
  return files;
}

void Library::look_at(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) {
    problems_.push_back(fmt::format("{}: does not exist", path.string()));
  } else if (!fs::is_directory(status)) {
    look_at_file(path, /*named=*/true);
  } else if (is_study(path)) {
    add_study(path);
  } else if (is_run(path)) {
    add_run(path);
  } else {
    look_at_folder(path);
  }
}

std::size_t Library::items() const {
  return seen_.size() + studies_.size() + probes_.size() + updates_.size() + noises_.size() + theories_.size() +
         problems_.size();
}

void Library::look_at_folder(const fs::path& path) {
  const std::size_t before = items();
  std::vector<fs::path> runs;
  for (const fs::path& entry : entries_of(path)) {
    std::error_code error;
    const std::string name = entry.filename().string();
    if (fs::is_regular_file(entry, error) && entry.extension() == ".json") look_at_file(entry, /*named=*/false);
    if (!fs::is_directory(entry, error) || name.starts_with('.') ||
        std::find(kNeverRuns.begin(), kNeverRuns.end(), name) != kNeverRuns.end())
      continue;
    if (is_study(entry))
      add_study(entry);
    else if (is_run(entry))
      runs.push_back(entry);
  }
  if (live_) newest_first(runs);
  for (const fs::path& run : runs) add_run(run);
  if (items() == before) problems_.push_back(fmt::format("{}: contains no run, study or probe", path.string()));
}

void Library::look_at_file(const fs::path& path, bool named) {
  try {
    auto json = read_json(path);
    if (is_of_kind(json, json_kinds::kTheoryChecks)) {
      theories_.push_back({path, std::move(json)});
    } else if (is_of_kind(json, json_kinds::kProbe)) {
      probes_.push_back({path, std::move(json)});
    } else if (is_of_kind(json, json_kinds::kWeightUpdates)) {
      updates_.push_back({path, std::move(json)});
    } else if (is_of_kind(json, json_kinds::kNoiseScale)) {
      noises_.push_back({path, std::move(json)});
    } else if (named && json.is_object() && !has_kind(json)) {
      problems_.push_back(
          fmt::format("{}: does not say of which kind it is, as what `prenorm probe --json` prints does; if an earlier "
                      "version printed it, print it again",
                      path.string()));
    } else if (named) {
      problems_.push_back(
          fmt::format("{}: is neither a run or study folder nor output of `prenorm probe --json`", path.string()));
    }
  } catch (const Error& error) {
    problems_.push_back(error.what());
  }
}

std::pair<Run*, bool> Library::run_at(const fs::path& path, const std::string& name) {
  auto& run = known_[path];
  if (!run) {
    // The lowest look that no other run has.
    std::set<std::size_t> taken;
    for (const auto& [other, known] : known_)
      if (known) taken.insert(known->look());
    std::size_t look = 0;
    while (taken.contains(look)) ++look;
    run = std::make_unique<Run>(path, name, look, live_);
  }
  seen_.insert(path);
  const bool changed = run->update();
  changed_ = changed_ || changed;
  return {run.get(), changed};
}

void Library::add_run(const fs::path& path) {
  if (seen_.contains(path)) return;
  std::string name = name_of_folder(path);
  for (const Run* other : runs_)
    if (other->name() == name) name = path.string();
  const Run* run = run_at(path, name).first;
  for (std::string& problem : run->problems()) problems_.push_back(std::move(problem));
  if (run->is_readable()) runs_.push_back(run);
}

// Nothing if it cannot be read; the problem is then recorded.
std::optional<studies::CellRecord> Library::cell_record(const studies::StudyFolder& study, const std::string& name,
                                                        const Config& base) {
  const auto [run, changed] = run_at(study.cell(name), short_cell_name(name));
  const std::vector<std::string> problems = run->problems();
  problems_.insert(problems_.end(), problems.begin(), problems.end());
  if (changed) records_.erase(run->path());
  if (const auto known = records_.find(run->path()); known != records_.end()) return known->second;
  if (!run->config()) return std::nullopt;
  try {
    return records_[run->path()] = studies::read_cell(name, run->path(), study.log(name), base);
  } catch (const Error& error) {
    if (problems.empty()) problems_.push_back(fmt::format("{}: {}", run->path().string(), error.what()));
    return std::nullopt;
  }
}

void Library::add_study(const fs::path& path) {
  const studies::StudyFolder folder(path);
  Study study{.path = path, .table = {}, .cells = {}};
  try {
    const Config base = load_config(folder.base()).config;
    std::vector<studies::CellRecord> records;
    for (const fs::path& entry : entries_of(path / "cells")) {
      std::error_code error;
      if (!fs::is_directory(entry, error)) continue;
      if (auto record = cell_record(folder, entry.filename().string(), base)) records.push_back(std::move(*record));
    }
    if (records.empty()) {
      problems_.push_back(fmt::format("{}: is a study without a readable cell", path.string()));
      return;
    }
    study.table = studies::make_table(std::move(records), {}, std::nullopt);
    study.branches = studies::read_branches(folder, study.table, std::nullopt);
  } catch (const Error& error) {
    problems_.push_back(error.what());
    return;
  }
  colour_cells(study);
  studies_.push_back(std::move(study));
}

// One colour per placement, since dozens of colours would be confusing; cells differ in their dashes.
void Library::colour_cells(Study& study) {
  std::map<NormPlacement, std::size_t> colours, cells;
  for (const studies::StudyRow& row : study.table.rows) colours[row.cell.config.model.norm_placement];
  std::size_t next = 0;
  for (auto& [placement, colour] : colours) colour = next++;
  for (const studies::StudyRow& row : study.table.rows) {
    const NormPlacement placement = row.cell.config.model.norm_placement;
    Run& run = *known_.at(studies::StudyFolder(study.path).cell(row.cell.name));
    if (colours.size() > 1) run.set_look(colours[placement] + html::kColours * cells[placement]++);
    study.cells.push_back(&run);
  }
}

}  // namespace prenorm::pages
