#include "cli/explain_error.h"

#include <c10/util/Exception.h>
#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <new>
#include <stdexcept>
#include <string_view>

namespace prenorm::cli {
namespace {

std::string out_of_memory(std::string_view how_much) {
  return fmt::format(
      "out of memory{}: make the batch smaller (batch.max_tokens), the model smaller, or use fewer threads or workers "
      "([runtime])",
      how_much);
}

// "[enforce fail at alloc_cpu.cpp:75] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate 64
// bytes. Error code 12 (Cannot allocate memory)"
bool is_lack_of_memory(std::string_view message) {
  return message.find("can't allocate memory") != std::string_view::npos ||
         message.find("Cannot allocate memory") != std::string_view::npos;
}

std::string bytes_asked_for(std::string_view message) {
  constexpr std::string_view kBefore = "you tried to allocate ";
  const std::size_t at = message.find(kBefore);
  if (at == std::string_view::npos) return {};
  const std::string_view digits = message.substr(at + kBefore.size());
  std::uint64_t bytes = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bytes);
  return error == std::errc()
             ? fmt::format(" (a single request for {:.1f} MB failed)", static_cast<double>(bytes) / 1e6)
             : std::string();
}

// LibTorch's messages begin with the place in its source, and end with a stack trace on further lines.
std::string_view first_sentence(std::string_view message) {
  message = message.substr(0, message.find('\n'));
  if (message.starts_with('[')) {
    const std::size_t end = message.find("] ");
    if (end != std::string_view::npos) message.remove_prefix(end + 2);
  }
  if (const std::size_t place = message.find(" (Exception raised from"); place != std::string_view::npos)
    message = message.substr(0, place);
  return message;
}

}  // namespace

std::string explain_error(const std::exception& error) {
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) return out_of_memory("");
  if (const auto* torch = dynamic_cast<const c10::Error*>(&error)) {
    const std::string message = torch->what_without_backtrace();
    if (is_lack_of_memory(message)) return out_of_memory(bytes_asked_for(message));
    return fmt::format("LibTorch: {}; this is a bug in prenorm, please report it with the command line",
                       first_sentence(message));
  }
  if (is_lack_of_memory(error.what())) return out_of_memory("");
  return std::string(first_sentence(error.what()));
}

}  // namespace prenorm::cli
