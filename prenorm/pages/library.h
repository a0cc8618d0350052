// The content of some paths: runs, studies, probes, checks of the theory, and folders of these. Damaged or missing
// items become problems described in words; the rest is shown.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prenorm/pages/run.h"
#include "prenorm/studies/branch_study.h"
#include "prenorm/studies/study_folder.h"
#include "prenorm/studies/study_table.h"

namespace prenorm::pages {

struct Study {
  std::filesystem::path path;
  studies::StudyTable table;
  std::vector<const Run*> cells;                   // the cells that have begun, in the order of the table's rows
  std::optional<studies::BranchStudy> branches{};  // if the cells are branches of a run
};

std::string name_of(const Study& study);

// Output of `prenorm probe --json`.
struct Printed {
  std::filesystem::path path;
  nlohmann::json json;
};

class Library {
 public:
  // `live`: runs may still be training, and folders may grow. `paths` must not be empty.
  Library(std::vector<std::filesystem::path> paths, bool live);

  // Reads everything again; returns whether anything has changed.
  bool update();

  // Runs that belong to no study, in the order of the paths; if live, newest first within a folder.
  const std::vector<const Run*>& runs() const { return runs_; }
  const std::vector<Study>& studies() const { return studies_; }
  const std::vector<Printed>& probes() const { return probes_; }
  // Output of `prenorm probe --updates --json`.
  const std::vector<Printed>& updates() const { return updates_; }
  // Output of `prenorm probe --noise-scale --json`.
  const std::vector<Printed>& noises() const { return noises_; }
  const std::vector<Printed>& theories() const { return theories_; }
  const std::vector<std::string>& problems() const { return problems_; }
  const std::vector<std::filesystem::path>& paths() const { return paths_; }
  bool live() const { return live_; }
  // All files and folders that were read: no page may replace them.
  std::vector<std::filesystem::path> files() const;
  bool is_empty() const {
    return runs_.empty() && studies_.empty() && probes_.empty() && updates_.empty() && noises_.empty() &&
           theories_.empty();
  }

 private:
  void look_at(const std::filesystem::path& path);
  // The number of things found so far, problems included.
  std::size_t items() const;
  void look_at_folder(const std::filesystem::path& path);
  void look_at_file(const std::filesystem::path& path, bool named);
  void add_run(const std::filesystem::path& path);
  void add_study(const std::filesystem::path& path);
  std::optional<studies::CellRecord> cell_record(const studies::StudyFolder& study, const std::string& name,
                                                 const Config& base);
  void colour_cells(Study& study);
  // The run and whether it has changed.
  std::pair<Run*, bool> run_at(const std::filesystem::path& path, const std::string& name);

  std::vector<std::filesystem::path> paths_;
  bool live_;
  std::map<std::filesystem::path, std::unique_ptr<Run>> known_;
  std::map<std::filesystem::path, studies::CellRecord> records_;  // records of cells when they last changed
  std::set<std::filesystem::path> seen_;                          // in this update
  std::vector<const Run*> runs_;
  std::vector<Study> studies_;
  std::vector<Printed> probes_, updates_, noises_, theories_;
  std::vector<std::string> problems_;
  bool changed_ = false;
  std::string shape_;  // what existed at the last update
};

}  // namespace prenorm::pages
