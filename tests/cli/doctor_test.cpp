#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/command_line.h"
#include "cli/doctor/blas.h"
#include "cli/doctor/system.h"

namespace prenorm::test {
namespace {

using cli::Blas;
using cli::BlasKind;
using cli::Verdict;

TEST(Doctor, JsonHasAVerdictOnEverything) {
  const Outcome outcome = shell("\"$PRENORM\" doctor --json");
  const nlohmann::json answer = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(outcome.code, answer["verdict"] == "problem" ? 1 : 0);
  std::vector<std::string> names;
  for (const nlohmann::json& check : answer["checks"]) {
    names.push_back(check["name"]);
    EXPECT_TRUE(check["verdict"] == "ok" || check["verdict"] == "warning" || check["verdict"] == "problem") << check;
    EXPECT_EQ(check["advice"] == "", check["verdict"] == "ok") << check;
    EXPECT_FALSE(check["finding"].get<std::string>().empty());
    if (check["name"] == "products") {
      EXPECT_GT(check["gflops"].get<double>(), 0);
    }
    if (check["name"] == "BLAS") {
      EXPECT_NE(check["library"], "");
    }
  }
  EXPECT_EQ(names, (std::vector<std::string>{"LibTorch", "kernels", "BLAS", "threads", "products", "devices",
                                             "tokenizer", "folder", "cache"}));
}

TEST(Doctor, NamesTheLevelOfKernelsThatTheEnvironmentChose) {
  const nlohmann::json answer =
      nlohmann::json::parse(shell("PRENORM_CPU_LEVEL=baseline \"$PRENORM\" doctor --json").out);
  const nlohmann::json& kernels = answer["checks"][1];
  EXPECT_EQ(kernels["name"], "kernels");
  EXPECT_EQ(kernels["level"], "baseline");
  EXPECT_EQ(kernels["verdict"], kernels["highest_level"] == "baseline" ? "ok" : "warning") << kernels;
}

TEST(Doctor, RefusesALevelOfKernelsThatThereIsNot) {
  const Outcome outcome = shell("PRENORM_CPU_LEVEL=x86-64-v9 \"$PRENORM\" doctor 2>&1");
  EXPECT_EQ(outcome.code, 2);
  EXPECT_NE(outcome.out.find("error: PRENORM_CPU_LEVEL is 'x86-64-v9'"), std::string::npos) << outcome.out;
}

TEST(Doctor, TextHasALineForEachCheck) {
  const Outcome outcome = shell("unset HOME XDG_CACHE_HOME; \"$PRENORM\" doctor");
  EXPECT_EQ(outcome.code, 0) << outcome.out;
  const std::vector<std::string> lines = lines_of(outcome.out);
  EXPECT_EQ(std::count_if(lines.begin(), lines.end(), [](const std::string& line) { return line[0] != ' '; }), 9);
  EXPECT_NE(outcome.out.find("set HOME"), std::string::npos) << outcome.out;
}

TEST(Doctor, BlasThatSlowsTrainingDownIsAWarningWithThePackageToInstall) {
  for (const BlasKind kind : {BlasKind::kOpenBlasThreads, BlasKind::kOpenBlasSequential, BlasKind::kReference}) {
    const cli::Check check = judge(Blas{kind, "/usr/lib/libblas.so.3", ""});
    EXPECT_EQ(check.verdict, Verdict::kWarning);
    EXPECT_NE(check.advice.find("libopenblas0-openmp"), std::string::npos);
  }
  for (const BlasKind kind : {BlasKind::kOpenBlasOpenMp, BlasKind::kMkl, BlasKind::kBlis, BlasKind::kUnknown}) {
    const cli::Check check = judge(Blas{kind, "", "OpenBLAS 0.3.21"});
    EXPECT_EQ(check.verdict, Verdict::kOk);
    EXPECT_EQ(check.advice, "");
  }
}

TEST(Doctor, SpaceOfAFolderThatDoesNotExistYetIsThatOfTheNearestThatDoes) {
  EXPECT_EQ(cli::check_space("cache", "/no/such/folder").details["path"], "/");
  EXPECT_EQ(cli::check_space("folder", "/dev/full/x").verdict == Verdict::kOk, false) << "no space below a device";
}

}  // namespace
}  // namespace prenorm::test
