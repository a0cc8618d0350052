// A folder for one test, and helpers for the tests of corpora.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "corpora/texts/source_tag.h"
#include "prenorm/files/file.h"

namespace prenorm::corpora {

class ScratchFolder {
 public:
  ScratchFolder() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    // In memory if possible, since the library syncs the files it writes, which is slow on a disk.
    const std::filesystem::path memory = "/dev/shm";
    path_ = (::access(memory.c_str(), W_OK) == 0 ? memory : std::filesystem::temp_directory_path()) /
            ("prenorm-" + std::to_string(::getpid()) + "-" + test->test_suite_name() + "-" + test->name());
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~ScratchFolder() { std::filesystem::remove_all(path_); }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path write(const std::filesystem::path& name, std::string_view content) const {
    // Unlike the library's own files these are not synced, since tests write many.
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << content;
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

struct TakenPair {
  std::string tag, english, other;
  bool operator==(const TakenPair&) const = default;
};
inline void PrintTo(const TakenPair& pair, std::ostream* out) {
  *out << pair.tag << ": " << pair.english << " | " << pair.other;
}

inline PairSink into(std::vector<TakenPair>& pairs) {
  return [&pairs](SourceTag tag, std::string_view english, std::string_view other) {
    pairs.push_back({std::string(source_info(tag).name), std::string(english), std::string(other)});
  };
}

}  // namespace prenorm::corpora
