// Too little memory: one sentence that says what to make smaller, never a stack trace, never a hang.
#include <c10/util/Exception.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <new>

#include "cli/command_line.h"
#include "cli/explain_error.h"
#include "prenorm/config/write.h"
#include "training/tiny_run.h"

namespace prenorm::test {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(ExplainError, LackOfMemorySaysWhatToMakeSmaller) {
  const std::string advice = "make the batch smaller (batch.max_tokens), the model smaller";
  EXPECT_THAT(cli::explain_error(std::bad_alloc()), StartsWith("out of memory: " + advice));
  try {
    TORCH_CHECK(false, "[enforce fail at alloc_cpu.cpp:75] err == 0. DefaultCPUAllocator: can't allocate memory: you ",
                "tried to allocate 2500000000 bytes. Error code 12 (Cannot allocate memory)");
  } catch (const c10::Error& error) {
    EXPECT_THAT(cli::explain_error(error),
                StartsWith("out of memory (a single request for 2500.0 MB failed): " + advice));
  }
}

TEST(ExplainError, OtherExceptionsAreOneSentence) {
  EXPECT_EQ(cli::explain_error(std::runtime_error("[x.cpp:3] what happened\nframe #0: main")), "what happened");
  try {
    TORCH_CHECK(false, "a size does not fit");
  } catch (const c10::Error& error) {
    EXPECT_EQ(cli::explain_error(error),
              "LibTorch: a size does not fit; this is a bug in prenorm, please report it with the command line");
  }
}

std::size_t mapped_bytes() {
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

TEST(OutOfMemory, ATooLargeModelIsOneSentence) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "AddressSanitizer ends the process itself";
#endif
  const TinyText text;
  write_file_atomically(text / "tiny.toml", to_toml(text.config()));
  const auto alter = [] {
    const rlimit limit{mapped_bytes() + (std::size_t{500} << 20), RLIM_INFINITY};
    if (::setrlimit(RLIMIT_AS, &limit) != 0) ::_exit(99);
  };
  const Outcome outcome = prenorm({"train", text / "tiny.toml", "--run", text / "run", "--quiet", "--set",
                                   "model.d_model=4096", "--set", "model.d_ff=16384"},
                                  {"", false, alter});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(lines_of(outcome.err).size(), 1U) << outcome.err;
  EXPECT_THAT(outcome.err, StartsWith("error: out of memory"));
  EXPECT_THAT(outcome.err, HasSubstr("make the batch smaller (batch.max_tokens)"));
  EXPECT_THAT(outcome.err, Not(HasSubstr("frame")));
}

// From where the system cannot even map the libraries to where all is well, with an error of ours in between. Before
// there was one, the process waited in OpenBLAS for ever: `timeout` ends it with code 124.
class SlowAddressSpace : public testing::Test {
 protected:
  void SetUp() override {
#ifdef __SANITIZE_ADDRESS__
    GTEST_SKIP() << "AddressSanitizer itself needs terabytes of address space";
#endif
  }

  // The least limit in MB that the command succeeds under, of those tried.
  int least_sufficient(const std::string& command) {
    int refused = 0;
    for (int megabytes = 400; megabytes <= 40'000; megabytes += megabytes / 8) {
      const Outcome outcome =
          shell("ulimit -v " + std::to_string(1000 * megabytes) + "; timeout 60 \"$PRENORM\" " + command);
      EXPECT_THAT(outcome.code, AnyOf(0, 1, 127)) << megabytes << ": " << outcome.err;
      if (outcome.code == 1) {
        EXPECT_EQ(lines_of(outcome.err).size(), 1U) << outcome.err;
        EXPECT_THAT(outcome.err, StartsWith("error: ")) << megabytes;
        if (outcome.err.find("the limit on this process's memory (ulimit -v or -d)") != std::string::npos) ++refused;
      }
      if (outcome.code == 0 || HasFailure()) {
        EXPECT_GT(refused, 0) << "no limit was found too low";
        return megabytes;
      }
    }
    ADD_FAILURE() << "no limit was enough";
    return 0;
  }
};

TEST_F(SlowAddressSpace, TooLittleToLoadTheLibrariesIsAnError) { least_sufficient("--version"); }

TEST_F(SlowAddressSpace, TooLittleToTrainIsAnError) {
  const TinyText text;
  Config config = text.config();
  config.runtime.threads = 2;
  write_file_atomically(text / "tiny.toml", to_toml(config));
  least_sufficient("train " + (text / "tiny.toml").string() + " --quiet --run " + (text / "run").string() +
                   "; code=$?; rm -rf " + (text / "run").string() + "; exit $code");
}

}  // namespace
}  // namespace prenorm::test
