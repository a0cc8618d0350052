// The command that runs a cell: `prenorm train` with the right arguments, on text prepared in advance.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "prenorm/studies/grid.h"
#include "prenorm/studies/study_folder.h"

namespace prenorm::studies {

// Prepares once what cells share: the vocabulary, which is trained with the seed of the base, so that cells with other
// seeds have the same tokens, and the corpora.
class SharedText {
 public:
  SharedText(const StudyFolder& folder, const Config& base) : folder_(folder), seed_(base.train.seed) {}

  // Prepares what this cell needs and sets the paths in its configuration. Errors: those of the text and its files.
  void prepare(Config& cell);

 private:
  struct Paths {
    std::string prepared, source_model, target_model;
  };
  Paths make(const Config& cell) const;

  const StudyFolder& folder_;
  std::int64_t seed_;
  std::map<std::string, Paths> made_;  // the key contains everything that the paths depend on
};

// The command that starts a cell, or resumes it if it has begun.
std::vector<std::string> cell_command(const std::filesystem::path& program, const StudyFolder& folder,
                                      const Cell& cell);

}  // namespace prenorm::studies
