// Runs the processes of cells, some at once, until all have ended or a signal stops them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "prenorm/machine/process.h"
#include "prenorm/studies/grid.h"
#include "prenorm/studies/study_folder.h"

namespace prenorm::studies {

class CellQueue {
 public:
  CellQueue(const StudyFolder& folder, std::filesystem::path program, std::vector<Cell> cells)
      : folder_(folder), program_(std::move(program)), cells_(std::move(cells)) {}

  // `told` is called with a cell that has ended and the names of those still at work, and every now and then without
  // one. A signal to stop (machine/stop_signal.h) is passed on; cells then end with a checkpoint, and none is started
  // any more. A process that ends before its cell is done leaves the reason in the log's last line, "error: ...".
  // Errors: FileError where no process can be started; those of `told`. Processes at work are stopped first.
  void run(std::int64_t jobs,
           const std::function<void(const Cell* ended, const std::vector<std::string>& running)>& told);
  // The signal, 0 where none came.
  int stopped_by() const { return signal_; }

 private:
  struct Job {
    const Cell* cell;
    ChildProcess process;
  };
  void start_some(std::int64_t jobs);
  void pass_signal_on();
  void explain_end(const Cell& cell, const ProcessEnd& end) const;
  std::vector<std::string> running() const;

  const StudyFolder& folder_;
  std::filesystem::path program_;
  std::vector<Cell> cells_;
  std::size_t next_ = 0;
  std::vector<Job> jobs_;
  int signal_ = 0;
};

}  // namespace prenorm::studies
