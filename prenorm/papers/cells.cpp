#include "prenorm/papers/cells.h"

#include <ATen/Parallel.h>

#include <atomic>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>

#include "prenorm/base/error.h"
#include "prenorm/files/file.h"
#include "prenorm/files/file_system.h"
#include "prenorm/files/hash.h"
#include "prenorm/files/json_file.h"
#include "prenorm/machine/stop_signal.h"
#include "prenorm/machine/terminal.h"

namespace prenorm::papers {
namespace fs = std::filesystem;
namespace {

std::optional<nlohmann::json> read_cell(const fs::path& file, const std::string& name) {
  std::error_code error;
  if (!fs::exists(file, error)) return std::nullopt;
  const auto cell = read_json(file);
  // A damaged cell is computed again. So is a cell that another name with the same hash has overwritten.
  if (!cell.is_object() || !cell.contains("value") || !cell.contains("cell") || cell["cell"] != name)
    return std::nullopt;
  return cell["value"];
}

}  // namespace

Cells::Cells(fs::path folder, const std::string& version) : folder_(std::move(folder)) {
  if (folder_.empty()) return;
  std::error_code error;
  const fs::path mark = folder_ / "version";
  if (fs::exists(mark, error) && read_file(mark) == version) return;
  fs::remove_all(folder_, error);
  make_folder(folder_);
  write_file_atomically(mark, version);
}

fs::path Cells::file_of(const std::string& name) const { return folder_ / (hash_hex(name) + ".json"); }

void Cells::stop_if_asked() {
  if (const int signal = StopSignal::received(); signal != 0)
    throw Interrupted("stopped; run the same command again to compute the parts that are missing", signal);
}

nlohmann::json Cells::get(const std::string& name, const std::function<nlohmann::json()>& compute) const {
  if (!folder_.empty())
    if (auto kept = read_cell(file_of(name), name)) return *kept;
  stop_if_asked();
  nlohmann::json value = compute();
  if (!folder_.empty()) write_file_atomically(file_of(name), nlohmann::json{{"cell", name}, {"value", value}}.dump());
  return value;
}

std::vector<nlohmann::json> Cells::get_all(const std::string& label, const std::vector<std::string>& names,
                                           CellThreads threads,
                                           const std::function<nlohmann::json(std::size_t)>& compute) const {
  std::vector<nlohmann::json> values(names.size());
  Progress progress(label, std::ssize(names));
  std::mutex mutex;
  std::int64_t done = 0;
  std::atomic<std::size_t> next = 0;
  // Cells take different times, so each thread takes the next one when it is free.
  const auto work = [&](std::int64_t, std::int64_t) {
    for (std::size_t i = next++; i < names.size(); i = next++) {
      values[i] = get(names[i], [&] { return compute(i); });
      const std::scoped_lock lock(mutex);
      progress.update(++done);
    }
  };
  if (threads == CellThreads::kOneEach)
    at::parallel_for(0, at::get_num_threads(), 1, work);
  else
    work(0, 1);
  return values;
}

}  // namespace prenorm::papers
