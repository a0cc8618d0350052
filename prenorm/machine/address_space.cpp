#include "prenorm/machine/address_space.h"

#include <sys/mman.h>
#include <sys/resource.h>

namespace prenorm {
namespace {

bool is_limited(decltype(RLIMIT_AS) resource) {
  rlimit limit{};
  return ::getrlimit(resource, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
}

}  // namespace

// The system is asked, since what is already mapped counts differently for each limit.
bool address_space_lacks(std::size_t bytes) {
  if (!is_limited(RLIMIT_AS) && !is_limited(RLIMIT_DATA)) return false;
  void* room = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (room == MAP_FAILED) return true;
  ::munmap(room, bytes);
  return false;
}

}  // namespace prenorm
