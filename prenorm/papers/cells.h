// The parts that an experiment is computed in. Finished parts are kept, so that an experiment that was stopped or
// killed repeats none of them, and one with more seeds computes only the new ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace prenorm::papers {

// How several cells share the threads: one thread for each, or all threads for one after the other.
enum class CellThreads : std::uint8_t { kOneEach, kAllForEach };

class Cells {
 public:
  // Keeps cells as files of `folder`; an empty path keeps nothing. Cells of another `version` are removed: it names the
  // build and the version of the experiment. Errors: FileError.
  explicit Cells(std::filesystem::path folder = {}, const std::string& version = {});

  // The value of the cell `name`: the one that was kept, else what `compute` returns. The name must say everything that
  // the value depends on. Several threads may ask for different cells at once.
  // Errors: Interrupted once a signal has asked the process to stop; those of `compute`.
  nlohmann::json get(const std::string& name, const std::function<nlohmann::json()>& compute) const;

  // The same for many cells, with a progress line: compute(i) is the value of names[i]. With kOneEach, `compute` is
  // called by several threads at once.
  std::vector<nlohmann::json> get_all(const std::string& label, const std::vector<std::string>& names,
                                      CellThreads threads,
                                      const std::function<nlohmann::json(std::size_t)>& compute) const;

  // For cells that take long: call it between their steps. Errors: Interrupted, see get().
  static void stop_if_asked();

 private:
  std::filesystem::path file_of(const std::string& name) const;

  std::filesystem::path folder_;
};

}  // namespace prenorm::papers
