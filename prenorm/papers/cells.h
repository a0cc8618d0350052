// The parts in which an experiment is computed. Finished parts are kept: an experiment that was stopped or killed does
// not repeat them, and one with more seeds computes only the new ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace prenorm::papers {

// How cells share the threads: one thread per cell, or all threads for one cell after another.
enum class CellThreads : std::uint8_t { kOneEach, kAllForEach };

class Cells {
 public:
  // Keeps cells as files in `folder`; an empty path keeps nothing. `version` identifies the build and the version of
  // the experiment. Cells of other versions are removed. Errors: FileError.
  explicit Cells(std::filesystem::path folder = {}, const std::string& version = {});

  // The value of the cell `name`: the kept one, else the result of `compute`. The name must include everything that the
  // value depends on. Several threads may request different cells at once.
  // Errors: Interrupted once a signal has asked the process to stop; those of `compute`.
  nlohmann::json get(const std::string& name, const std::function<nlohmann::json()>& compute) const;

  // The same for many cells, with a progress line: compute(i) is the value of names[i]. With kOneEach, several threads
  // call `compute` at once.
  std::vector<nlohmann::json> get_all(const std::string& label, const std::vector<std::string>& names,
                                      CellThreads threads,
                                      const std::function<nlohmann::json(std::size_t)>& compute) const;

  // To be called by cells that take long, between their steps. Errors: Interrupted, see get().
  static void stop_if_asked();

 private:
  std::filesystem::path file_of(const std::string& name) const;

  std::filesystem::path folder_;
};

}  // namespace prenorm::papers
