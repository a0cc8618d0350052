#include "prenorm/papers/real_data/folder.h"

#include <fmt/format.h>

#include <cstdlib>

namespace prenorm::papers::real_data {

std::filesystem::path folder() {
  const char* given = std::getenv("PRENORM_TEST_DATA");
  return given != nullptr ? given : "../shared/data";
}

std::filesystem::path file(std::string_view name) { return folder() / name; }

bool exists(std::string_view name) {
  std::error_code error;
  return std::filesystem::is_regular_file(file(name), error);
}

std::string skipped_note(std::string_view what, std::string_view name) {
  return fmt::format("Skipped: {}. There is no file {}; set PRENORM_TEST_DATA to a folder that has {}.", what,
                     file(name).string(), name);
}

}  // namespace prenorm::papers::real_data
