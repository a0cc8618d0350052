#include "prenorm/base/version.h"

namespace prenorm {
std::string_view version() { return PRENORM_VERSION; }
}  // namespace prenorm
