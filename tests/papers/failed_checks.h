// The names of the checks that fail.
#pragma once

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <type_traits>
#include <vector>

#include "prenorm/papers/check.h"

namespace prenorm::test {

inline std::set<std::string> failed_checks(const std::vector<papers::Check>& checks) {
  std::set<std::string> names;
  for (const papers::Check& c : checks)
    if (!c.pass()) names.insert(c.name);
  return names;
}

// The same for the checks that `append` makes of what was measured. It must make some.
template <class Measured>
std::set<std::string> failed_checks_of(void (*append)(const Measured&, std::vector<papers::Check>&),
                                       const std::type_identity_t<Measured>& measured) {
  std::vector<papers::Check> checks;
  append(measured, checks);
  EXPECT_FALSE(checks.empty());
  return failed_checks(checks);
}

}  // namespace prenorm::test
