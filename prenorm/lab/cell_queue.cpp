#include "prenorm/lab/cell_queue.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <thread>

#include "prenorm/base/error.h"
#include "prenorm/base/file_system.h"
#include "prenorm/lab/cell_command.h"
#include "prenorm/lab/cell_record.h"
#include "prenorm/training/run_folder.h"
#include "prenorm/training/stop_signal.h"

namespace prenorm::lab {
namespace {

constexpr auto kPause = std::chrono::milliseconds(20);

}  // namespace

void CellQueue::run(std::int64_t jobs, const std::function<void(const Cell*, const std::vector<std::string>&)>& told) {
  const training::StopSignal signals;
  for (;;) {
    pass_signal_on();
    if (signal_ == 0) start_some(jobs);
    if (jobs_.empty()) return;
    told(nullptr, running());
    std::this_thread::sleep_for(kPause);
    const auto ended = std::find_if(jobs_.begin(), jobs_.end(), [](Job& job) { return job.process.exit_code(); });
    if (ended == jobs_.end()) continue;
    const Cell* cell = ended->cell;
    const int code = ended->process.wait();
    jobs_.erase(ended);
    if (signal_ == 0) explain_end(*cell, code);
    told(cell, running());
  }
}

void CellQueue::start_some(std::int64_t jobs) {
  for (; next_ < cells_.size() && std::ssize(jobs_) < jobs; ++next_) {
    const Cell& cell = cells_[next_];
    make_folder(folder_.log(cell.name).parent_path());
    jobs_.push_back({&cell, ChildProcess(cell_command(program_, folder_, cell), folder_.log(cell.name))});
  }
}

void CellQueue::pass_signal_on() {
  if (signal_ != 0 || training::StopSignal::received() == 0) return;
  signal_ = training::StopSignal::received();
  for (Job& job : jobs_) job.process.signal(signal_);
}

void CellQueue::explain_end(const Cell& cell, int exit_code) const {
  const std::filesystem::path log = folder_.log(cell.name);
  if (is_there(training::RunFolder(folder_.cell(cell.name)).results()) || !last_error(log).empty()) return;
  const std::string how = exit_code > 128 ? fmt::format("was ended by signal {}", exit_code - 128)
                                          : fmt::format("ended with exit code {}", exit_code);
  std::ofstream(log, std::ios::app) << fmt::format("\nerror: the process {} before the cell was done\n", how);
}

std::vector<std::string> CellQueue::running() const {
  std::vector<std::string> names;
  for (const Job& job : jobs_) names.push_back(job.cell->name);
  return names;
}

}  // namespace prenorm::lab
