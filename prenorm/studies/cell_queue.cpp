#include "prenorm/studies/cell_queue.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <thread>

#include "prenorm/base/error.h"
#include "prenorm/files/file_system.h"
#include "prenorm/machine/stop_signal.h"
#include "prenorm/runs/run_folder.h"
#include "prenorm/studies/cell_command.h"
#include "prenorm/studies/cell_record.h"

namespace prenorm::studies {
namespace {

constexpr auto kPause = std::chrono::milliseconds(20);

// Collects the output of a cell's process, appended to the log.
class LogFile {
 public:
  explicit LogFile(const std::filesystem::path& path) {
    std::error_code ignored;  // opening the file reports any problem
    std::filesystem::create_directories(path.parent_path(), ignored);
    descriptor_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (descriptor_ < 0) throw_error<FileError>("{}: cannot be written: {}", path.string(), std::strerror(errno));
  }
  ~LogFile() { ::close(descriptor_); }
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_ = -1;
};

}  // namespace

void CellQueue::run(std::int64_t jobs,
                    const std::function<void(const Cell*, const std::vector<std::string>&)>& on_progress) {
  const StopSignal signals;
  for (;;) {
    pass_signal_on();
    if (signal_ == 0) start_some(jobs);
    if (jobs_.empty()) return;
    on_progress(nullptr, running());
    std::this_thread::sleep_for(kPause);
    const auto ended = std::find_if(jobs_.begin(), jobs_.end(), [](Job& job) { return job.process.poll(); });
    if (ended == jobs_.end()) continue;
    const Cell* cell = ended->cell;
    const ProcessEnd end = ended->process.wait();
    jobs_.erase(ended);
    if (signal_ == 0) explain_end(*cell, end);
    on_progress(cell, running());
  }
}

void CellQueue::start_some(std::int64_t jobs) {
  for (; next_ < cells_.size() && std::ssize(jobs_) < jobs; ++next_) {
    const Cell& cell = cells_[next_];
    const LogFile log(folder_.log(cell.name));
    jobs_.push_back(
        {&cell, ChildProcess({.command = cell_command(program_, folder_, cell), .own_group = true}, log.descriptor())});
  }
}

void CellQueue::pass_signal_on() {
  if (signal_ != 0 || StopSignal::received() == 0) return;
  signal_ = StopSignal::received();
  for (Job& job : jobs_) job.process.signal(signal_);
}

void CellQueue::explain_end(const Cell& cell, const ProcessEnd& end) const {
  const std::filesystem::path log = folder_.log(cell.name);
  if (is_there(runs::RunFolder(folder_.cell(cell.name)).results()) || !last_error(log).empty()) return;
  std::ofstream(log, std::ios::app) << fmt::format("\nerror: the process {} before the cell was done\n", end.text());
}

std::vector<std::string> CellQueue::running() const {
  std::vector<std::string> names;
  for (const Job& job : jobs_) names.push_back(job.cell->name);
  return names;
}

}  // namespace prenorm::studies
