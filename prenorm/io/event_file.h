// Event files in TensorBoard's format: records of length, its masked CRC-32C, data and its masked CRC-32C
// (tensorflow/core/lib/io/record_writer.h), each an Event of event.proto. We only need seven fields of five protobuf
// messages, and Debian's protobuf cannot share a process with LibTorch and SentencePiece (architecture.md).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "prenorm/files/append_file.h"

namespace prenorm::io {

// HistogramProto: `counts[i]` values lie in (limits[i - 1], limits[i]].
struct Histogram {
  double min = 0, max = 0, count = 0, sum = 0, sum_of_squares = 0;
  std::vector<double> limits{}, counts{};
};

// The values of one step.
class Summary {
 public:
  void add(std::string_view tag, double value);
  void add(std::string_view tag, const Histogram& histogram);
  bool empty() const { return bytes_.empty(); }

 private:
  friend class EventFile;
  std::string bytes_;
};

class EventFile {
 public:
  // Creates a new file in `folder`, which is created too. TensorBoard drops the records that earlier files in the
  // folder have for `first_step` and later steps. Errors, of every member function: FileError.
  EventFile(const std::filesystem::path& folder, std::int64_t first_step);

  void write(std::int64_t step, const Summary& summary);
  // Returns once everything written so far survives a power cut.
  void sync() { file_.sync(); }
  const std::filesystem::path& path() const { return file_.path(); }

 private:
  void write_event(const std::string& event);

  AppendFile file_;
};

}  // namespace prenorm::io
