// A run folder in the form that a page shows, in any state: incomplete, damaged, or still growing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "prenorm/config/config.h"
#include "prenorm/pages/metrics.h"
#include "prenorm/runs/results.h"

namespace prenorm::pages {

// A file that is read again only if it has changed.
class SmallFile {
 public:
  explicit SmallFile(std::filesystem::path path) : path_(std::move(path)) {}

  // Whether the content has changed or disappeared since the last call.
  bool changed();
  bool exists() const { return size_ >= 0; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  std::int64_t size_ = -1, modified_ns_ = 0;
  std::uint64_t inode_ = 0;
};

class Run {
 public:
  // `look` is the colour in all charts; `live`: the run may still be training, so missing files are not yet a problem.
  Run(std::filesystem::path path, std::string name, std::size_t look, bool live);

  // Reads what has changed; returns whether anything has.
  bool update();

  const std::filesystem::path& path() const { return path_; }
  const std::string& name() const { return name_; }
  std::string id() const { return path_.string(); }
  std::size_t look() const { return look_; }
  void set_look(std::size_t look) { look_ = look; }
  const RunMetrics& metrics() const { return metrics_.metrics(); }
  const std::optional<Config>& config() const { return config_; }
  const std::optional<runs::TrainingResult>& results() const { return results_; }
  const std::string& diagnosis() const { return diagnosis_; }
  // One sentence for each thing that could not be read.
  std::vector<std::string> problems() const;
  // Whether there is anything to show.
  bool is_readable() const;
  bool exists() const;
  // Such as "finished, 2,400 updates", "diverged at update 30", "no results yet, 1,200 updates".
  std::string status() const;
  bool has_diverged() const;
  // At the end, or of the last validation; in nats per token.
  std::optional<double> validation_loss() const;
  std::optional<double> best_validation_loss() const;
  std::optional<double> bleu() const;
  // The task's other scores at the end, by name; empty while there are no results.
  std::vector<std::pair<std::string, double>> scores() const;
  double updates() const;
  double seconds() const;

 private:
  std::filesystem::path path_;
  std::string name_;
  std::size_t look_;
  bool live_;
  MetricsReader metrics_;
  SmallFile config_file_, results_file_, diagnosis_file_;
  std::optional<Config> config_;
  std::optional<runs::TrainingResult> results_;
  std::string diagnosis_;
  std::string config_problem_, results_problem_;
};

}  // namespace prenorm::pages
