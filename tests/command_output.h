// What a shell command prints.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <string>

namespace prenorm::test {

// Fails the test if the command does not end with 0.
inline std::string output_of(const std::string& command) {
  std::FILE* pipe = ::popen(command.c_str(), "r");
  std::string text;
  std::array<char, 4096> part{};
  for (std::size_t n = 0; (n = std::fread(part.data(), 1, part.size(), pipe)) > 0;) text.append(part.data(), n);
  EXPECT_EQ(::pclose(pipe), 0) << command;
  return text;
}

}  // namespace prenorm::test
