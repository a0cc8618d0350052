#include "prenorm/io/event_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "prenorm/files/crc32c.h"
#include "prenorm/files/file_system.h"

namespace prenorm::io {
namespace fs = std::filesystem;
namespace {

// Wire types of protobuf.
constexpr std::uint64_t kVarint = 0, kFixed64 = 1, kLength = 2, kFixed32 = 5;

double now() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

template <class T>
void append_raw(std::string& to, T value) {
  std::array<char, sizeof value> bytes;
  std::memcpy(bytes.data(), &value, sizeof value);
  to.append(bytes.data(), bytes.size());
}

void append_varint(std::string& to, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) to += static_cast<char>(value | 0x80);
  to += static_cast<char>(value);
}

void append_key(std::string& to, std::uint64_t field, std::uint64_t type) { append_varint(to, field << 3 | type); }

void append_integer(std::string& to, std::uint64_t field, std::int64_t value) {
  append_key(to, field, kVarint);
  append_varint(to, static_cast<std::uint64_t>(value));
}

void append_double(std::string& to, std::uint64_t field, double value) {
  append_key(to, field, kFixed64);
  append_raw(to, value);
}

void append_bytes(std::string& to, std::uint64_t field, std::string_view bytes) {
  append_key(to, field, kLength);
  append_varint(to, bytes.size());
  to += bytes;
}

void append_doubles(std::string& to, std::uint64_t field, const std::vector<double>& values) {
  append_bytes(to, field, {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(double)});
}

// Event: 1 wall_time, 2 step, 3 file_version, 5 summary, 7 session_log.
std::string event_at(std::int64_t step) {
  std::string event;
  append_double(event, 1, now());
  append_integer(event, 2, step);
  return event;
}

// Masking, so that the CRC of data that itself contains a CRC is not a fixed point.
std::uint32_t masked_crc(std::string_view bytes) {
  const std::uint32_t crc = crc32c(bytes);
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8U;
}

// TensorBoard reads the files of a folder in the order of their names; the folder is created.
fs::path new_name(const fs::path& folder) {
  std::error_code ignored;  // opening the file reports any problem
  fs::create_directories(folder, ignored);
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  for (int part = 0;; ++part) {
    fs::path path = folder / fmt::format("events.out.tfevents.{:010}.{:03}.{}", static_cast<std::int64_t>(now()), part,
                                         host.data());
    if (!is_there(path)) return path;
  }
}

}  // namespace

// Summary: repeated 1 value { 1 tag, 2 simple_value, 5 histo }.
void Summary::add(std::string_view tag, double value) {
  std::string entry;
  append_bytes(entry, 1, tag);
  append_key(entry, 2, kFixed32);
  append_raw(entry, static_cast<float>(value));
  append_bytes(bytes_, 1, entry);
}

// HistogramProto: 1 min, 2 max, 3 num, 4 sum, 5 sum_squares, 6 bucket_limit, 7 bucket.
void Summary::add(std::string_view tag, const Histogram& h) {
  std::string histogram, entry;
  append_double(histogram, 1, h.min);
  append_double(histogram, 2, h.max);
  append_double(histogram, 3, h.count);
  append_double(histogram, 4, h.sum);
  append_double(histogram, 5, h.sum_of_squares);
  append_doubles(histogram, 6, h.limits);
  append_doubles(histogram, 7, h.counts);
  append_bytes(entry, 1, tag);
  append_bytes(entry, 5, histogram);
  append_bytes(bytes_, 1, entry);
}

EventFile::EventFile(const fs::path& folder, std::int64_t first_step) : file_(new_name(folder)) {
  std::string version = event_at(0);
  append_bytes(version, 3, "brain.Event:2");
  write_event(version);
  std::string session, start = event_at(first_step);
  append_integer(session, 1, 1);  // status: START
  append_bytes(start, 7, session);
  write_event(start);
}

void EventFile::write(std::int64_t step, const Summary& summary) {
  std::string event = event_at(step);
  append_bytes(event, 5, summary.bytes_);
  write_event(event);
}

void EventFile::write_event(const std::string& event) {
  std::string length;
  append_raw(length, static_cast<std::uint64_t>(event.size()));
  std::string record = length;
  append_raw(record, masked_crc(length));
  record += event;
  append_raw(record, masked_crc(event));
  file_.append(record);
}

}  // namespace prenorm::io
