#include "prenorm/pages/run.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cmath>

#include "prenorm/base/error.h"
#include "prenorm/config/load.h"
#include "prenorm/files/file.h"
#include "prenorm/machine/terminal.h"
#include "prenorm/runs/run_folder.h"

namespace prenorm::pages {
namespace fs = std::filesystem;

bool SmallFile::changed() {
  struct stat now {};
  const bool there = ::stat(path_.c_str(), &now) == 0 && S_ISREG(now.st_mode);
  const std::int64_t size = there ? now.st_size : -1;
  const std::int64_t modified = there ? now.st_mtim.tv_sec * 1'000'000'000 + now.st_mtim.tv_nsec : 0;
  const std::uint64_t inode = there ? now.st_ino : 0;
  if (size == size_ && modified == modified_ns_ && inode == inode_) return false;
  size_ = size;
  modified_ns_ = modified;
  inode_ = inode;
  return true;
}

Run::Run(fs::path path, std::string name, std::size_t look, bool live)
    : path_(std::move(path)),
      name_(std::move(name)),
      look_(look),
      live_(live),
      metrics_(runs::RunFolder(path_).metrics()),
      config_file_(runs::RunFolder(path_).config()),
      results_file_(runs::RunFolder(path_).results()),
      diagnosis_file_(path_ / "diagnosis.md") {}

bool Run::update() {
  bool changed = metrics_.update();
  const auto read = [&](SmallFile& file, std::string* problem, const auto& take) {
    if (!file.changed()) return;
    changed = true;
    if (problem != nullptr) problem->clear();
    try {
      take(file.exists());
    } catch (const Error& error) {
      if (problem != nullptr) *problem = error.what();
    }
  };
  read(config_file_, &config_problem_, [&](bool there) {
    config_.reset();
    if (there) config_ = load_run_config(path_).config;
  });
  read(results_file_, &results_problem_, [&](bool there) {
    results_.reset();
    if (there) results_ = runs::read_results(results_file_.path());
  });
  read(diagnosis_file_, nullptr, [&](bool there) {
    diagnosis_.clear();
    if (there) diagnosis_ = read_file(diagnosis_file_.path());
  });
  return changed;
}

bool Run::exists() const {
  std::error_code error;
  return fs::is_directory(path_, error);
}

bool Run::is_readable() const {
  return config_ || results_ || metrics_.bad_lines() == 0 ? metrics_.exists() || config_ || results_
                                                          : !metrics().steps.empty();
}

std::vector<std::string> Run::problems() const {
  const std::string place = path_.string();
  if (!exists()) return {fmt::format("{}: does not exist", place)};
  std::vector<std::string> problems;
  if (!metrics_.exists() && !live_)
    problems.push_back(fmt::format("{}: has no metrics.jsonl, so there are no curves", place));
  if (metrics_.bad_lines() > 0)
    problems.push_back(fmt::format("{}/metrics.jsonl: {} lines could not be read and were skipped", place,
                                   format_count(metrics_.bad_lines())));
  if (metrics_.ends_in_half_line() && !live_)
    problems.push_back(fmt::format("{}/metrics.jsonl: its last line is incomplete and was skipped", place));
  if (!config_file_.exists())
    problems.push_back(fmt::format("{}: has no config.toml, so its configuration is not known", place));
  for (const std::string& problem : {config_problem_, results_problem_})
    if (!problem.empty()) problems.push_back(problem);
  return problems;
}

bool Run::has_diverged() const { return results_ && results_->reason == runs::StopReason::kDivergence; }

double Run::updates() const { return results_ ? static_cast<double>(results_->state.step) : metrics().last_step(); }

double Run::seconds() const { return results_ ? results_->state.seconds : metrics().seconds; }

std::string Run::status() const {
  const std::string count = format_count(static_cast<std::int64_t>(updates()));
  if (has_diverged()) return fmt::format("diverged at update {}", count);
  return fmt::format("{}, {} updates", results_ ? "finished" : "no results yet", count);
}

std::optional<double> Run::validation_loss() const {
  if (results_ && results_->last_validation) return results_->last_validation->loss_nats_per_token;
  if (metrics().validation_losses.empty()) return std::nullopt;
  return metrics().validation_losses.back();
}

std::optional<double> Run::best_validation_loss() const {
  std::optional<double> best = validation_loss();
  for (const double loss : metrics().validation_losses)
    if (std::isfinite(loss) && (!best || loss < *best)) best = loss;
  return best;
}

std::vector<std::pair<std::string, double>> Run::scores() const {
  if (!results_ || !results_->last_validation) return {};
  return results_->last_validation->scores;
}

std::optional<double> Run::bleu() const {
  if (results_ && results_->last_validation) return results_->last_validation->bleu;
  if (metrics().bleus.empty()) return std::nullopt;
  return metrics().bleus.back();
}

}  // namespace prenorm::pages
