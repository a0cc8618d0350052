// An experiment: a paper, or a part of one, as code that measures what the paper claims.
// It is a pure function of its options: it has no run folder and no configuration file, and keeps only finished cells
// between calls. docs/reproduce.md lists the steps to add a paper.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "prenorm/papers/cells.h"
#include "prenorm/papers/results.h"

namespace prenorm::papers {

struct ExperimentOptions {
  std::int64_t seeds = 1;  // at least 1
  bool quick = false;      // the smallest setting that is still conclusive
};

struct Experiment {
  std::string_view name;      // "xiong2020-theory": the argument of `prenorm reproduce`
  std::string_view citation;  // "Xiong et al. 2020, On Layer Normalization in the Transformer Architecture"
  std::span<const std::string_view> claims;  // one sentence each
  std::string_view setup;                    // what is measured or trained, in one sentence
  std::string_view time;                     // "4 min; quick: 20 s", on two cores
  std::int64_t seeds = 3, quick_seeds = 1;   // default numbers of seeds
  std::int64_t version = 1;                  // increase it with changes that alter results
  Results (*run)(const ExperimentOptions& options, const Cells& cells) = nullptr;
};

}  // namespace prenorm::papers
