#include "cli/registry.h"

#include <sched.h>
#include <unistd.h>

#include <string_view>

#include "prenorm/machine/address_space.h"

namespace {

// AddressSanitizer maps more than any limit would allow, and its code cannot run this early.
#ifndef __SANITIZE_ADDRESS__

// The number after `name` in the environment; 0 if there is none.
std::size_t number_of(char** environment, std::string_view name) {
  std::size_t number = 0;
  for (char** entry = environment; *entry != nullptr; ++entry) {
    std::string_view text = *entry;
    if (!text.starts_with(name)) continue;
    for (text.remove_prefix(name.size()); !text.empty() && text[0] >= '0' && text[0] <= '9'; text.remove_prefix(1))
      number = 10 * number + static_cast<std::size_t>(text[0] - '0');
  }
  return number;
}

// Number of threads for which OpenBLAS creates buffers when it is loaded.
std::size_t blas_threads(char** environment) {
  if (const std::size_t asked = number_of(environment, "OMP_NUM_THREADS="); asked > 0) return asked;
  cpu_set_t cores;
  return ::sched_getaffinity(0, sizeof cores, &cores) == 0 ? static_cast<std::size_t>(CPU_COUNT(&cores)) : 1;
}

// Runs before the constructors of all shared libraries, including OpenBLAS's, which would wait for memory for ever.
// They are mapped but not initialised: only system calls and functions without state may be used.
void check_room_for_blas(int /*argc*/, char** /*argv*/, char** environment) {
  if (!prenorm::address_space_lacks(blas_threads(environment) * prenorm::kBlasBufferBytes)) return;
  constexpr std::string_view kMessage =
      "error: the limit on this process's memory (ulimit -v or -d) is too low to load OpenBLAS, which maps 128 MB for "
      "each thread; raise the limit, or use fewer threads (OMP_NUM_THREADS=1)\n";
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, kMessage.data(), kMessage.size());
  ::_exit(1);
}

[[gnu::section(".preinit_array"), gnu::used]] void (*before_libraries)(int, char**, char**) = check_room_for_blas;

#endif

}  // namespace

int main(int argc, char** argv) { return prenorm::cli::run(prenorm::cli::program(), argc, argv); }
