// The folder of a study. It can grow: cells of one grid are kept when another grid is run in it.
//
//   base.toml              the configuration of which each cell changes some keys
//   inputs.json            hashes of the files that cells are trained on
//   prepared/              text and vocabularies, the same for all cells
//   cells/NAME/            a run folder; NAME has the keys that the cell changes
//   cells/NAME.log         the output of its process
//   study.json, study.csv  the table
//   branches.json          where branches of a run begin (branch_plan.h)
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "prenorm/config/config.h"

namespace prenorm::studies {

class StudyFolder {
 public:
  explicit StudyFolder(std::filesystem::path path) : path_(std::move(path)) {}

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path base() const { return path_ / "base.toml"; }
  std::filesystem::path inputs() const { return path_ / "inputs.json"; }
  std::filesystem::path prepared() const { return path_ / "prepared"; }
  std::filesystem::path cell(const std::string& name) const { return path_ / "cells" / name; }
  std::filesystem::path log(const std::string& name) const { return path_ / "cells" / (name + ".log"); }
  std::filesystem::path json() const { return path_ / "study.json"; }
  std::filesystem::path branches() const { return path_ / "branches.json"; }
  std::filesystem::path csv() const { return path_ / "study.csv"; }

  // Errors: UsageError if the folder has other content than a study, or a study whose base has other values for keys
  // that decide updates or name the validation text.
  void check(const Config& base) const;
  // Writes base.toml; limits, logs and the like may have changed.
  void keep_base(const Config& base) const;
  // Names of the cells that have begun, in order.
  std::vector<std::string> cells() const;

 private:
  std::filesystem::path path_;
};

}  // namespace prenorm::studies
