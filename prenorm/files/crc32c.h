// CRC-32C (Castagnoli), RFC 3720 section 12.1, the checksum in TensorFlow's record files.
#pragma once

#include <cstdint>
#include <string_view>

namespace prenorm {

std::uint32_t crc32c(std::string_view bytes);

}  // namespace prenorm
