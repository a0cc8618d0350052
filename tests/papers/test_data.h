// Where tests find real data: the folder that PRENORM_TEST_DATA names, else shared/data beside the repository.
#pragma once

#include <cstdlib>
#include <filesystem>

namespace prenorm::test {

inline std::filesystem::path data_folder() {
  const char* given = std::getenv("PRENORM_TEST_DATA");
  return given != nullptr ? given : PRENORM_TEST_DIR "/../../shared/data";
}

}  // namespace prenorm::test
