#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "cli/run.h"
#include "prenorm/base/address_space.h"

namespace {

// The threads that OpenBLAS will make buffers for. The environment is searched by hand: see below.
std::size_t blas_threads(char** environment) {
  cpu_set_t cores;
  long threads = ::sched_getaffinity(0, sizeof cores, &cores) == 0 ? CPU_COUNT(&cores) : 1;
  constexpr std::string_view kName = "OMP_NUM_THREADS=";
  for (char** entry = environment; *entry != nullptr; ++entry)
    if (const std::string_view text = *entry; text.starts_with(kName))
      if (const long asked = std::strtol(*entry + kName.size(), nullptr, 10); asked > 0) threads = asked;
  return static_cast<std::size_t>(std::max(threads, 1L));
}

// Runs before the constructors of all shared libraries, OpenBLAS's among them, which would wait for memory for ever.
// The libraries are mapped but not initialised: nothing but system calls and plain functions may be used.
[[gnu::no_sanitize("address", "undefined")]] void check_room_for_blas(int /*argc*/, char** /*argv*/,
                                                                      char** environment) {
  if (!prenorm::address_space_lacks(blas_threads(environment) * prenorm::kBlasBufferBytes)) return;
  constexpr std::string_view kMessage =
      "error: the limit on this process's memory (ulimit -v or -d) is too low to load OpenBLAS, which maps 128 MB for "
      "each thread; raise the limit, or use fewer threads (OMP_NUM_THREADS=1)\n";
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, kMessage.data(), kMessage.size());
  ::_exit(1);
}

[[gnu::section(".preinit_array"), gnu::used]] void (*const before_libraries)(int, char**, char**) = check_room_for_blas;

}  // namespace

int main(int argc, char** argv) { return prenorm::cli::run(argc, argv); }
